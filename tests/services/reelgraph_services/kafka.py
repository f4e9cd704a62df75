"""Kafka 4.1 as one broker that is its own controller (KRaft)."""

from __future__ import annotations

import os
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from reelgraph_services import cache, maven, server

VERSION = "4.1.2"
_ARTIFACTS = (
    f"org.apache.kafka:kafka_2.13:{VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.1",
    "org.apache.logging.log4j:log4j-core:2.25.1",
)
_CONFIG = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""
_JAVA_OPTIONS = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def install() -> Path:
    """Download the broker's jars."""
    return cache.installed(f"kafka-{VERSION}", lambda target: maven.copy_jars(_ARTIFACTS, target))


def start(owner: int | None = None) -> server.Server:
    """Format an empty log and start a broker on it; `url` is its bootstrap address."""
    home = install()
    with server.new_folder("kafka") as folder:
        port = server.free_port()
        config = folder / "server.properties"
        config.write_text(_CONFIG.format(port=port, controller=server.free_port(), folder=folder))
        server.give_to_server(config)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        java = [
            str(maven.java_home() / "bin" / "java"),
            *_JAVA_OPTIONS,
            "-cp",
            str(home / "lib" / "*"),
        ]
        identifier = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        storage = [
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={identifier}",
            "-c",
            str(config),
        ]
        server.run_as_server([*java, *storage], environment, folder)
        return server.start(
            "kafka",
            [*java, "kafka.Kafka", str(config)],
            url=f"127.0.0.1:{port}",
            folder=folder,
            ready=lambda: server.answers(port),
            environment=environment,
            owner=owner,
        )
