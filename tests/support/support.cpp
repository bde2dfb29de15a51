// Compiled into every test program: the helpers beside this file are headers.
