"""The subgraph kit, on Strawberry: what a federated production service needs."""
