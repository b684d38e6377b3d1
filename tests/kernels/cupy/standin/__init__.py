"""A stand-in for CuPy on the CPU, for what is around the kernels.

==================  ========================================================================
``device.py``       devices, streams, events, memory pools, and graphs that record and replay
``arrays.py``       arrays and the functions on them
``cublas.py``       the functions of cuBLAS that are called by their address
``namespace.py``    the array API, for code that does not know about CuPy
==================  ========================================================================

``emulated.py`` adds kernels, which are compiled for the CPU, and puts it all in CuPy's place.
"""
