"""The cache: values that may be forgotten at any time.

The port is in `port`, the adapters beside it; `open_cache(url)` chooses one.
"""

from reelgraph_kit.cache.open import open_cache
from reelgraph_kit.cache.port import Cache, CacheError

__all__ = ["Cache", "CacheError", "open_cache"]
