"""Stands in for Colab's own package, which its kernels import at start. There is no google/__init__.py here:
`google` stays a namespace, shared with protobuf."""
