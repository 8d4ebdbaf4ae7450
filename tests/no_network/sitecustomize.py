"""Refuse every connection but loopback, in the tests and in the notebooks' kernels.

`conftest.py` puts this folder on PYTHONPATH, and Python imports a module of this name at start.
"""

import ipaddress
import socket


def _is_local(address):
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


def _guarded(method):
    def connect(self, address):
        if not _is_local(address):
            raise ConnectionRefusedError(f"the tests allow no connection to {address}")
        return method(self, address)

    return connect


socket.socket.connect = _guarded(socket.socket.connect)
socket.socket.connect_ex = _guarded(socket.socket.connect_ex)

_lookup = socket.getaddrinfo


def _getaddrinfo(host, *arguments, **keywords):
    if host not in (None, "", "localhost") and not _is_local((host,)):
        raise socket.gaierror(f"the tests allow no look-up of {host}")
    return _lookup(host, *arguments, **keywords)


socket.getaddrinfo = _getaddrinfo
