"""How to talk to the networks: one folder per network, one set of words, no database."""

from hqdash.networks.network import Network, all_networks, get_network

__all__ = ["Network", "all_networks", "get_network"]
