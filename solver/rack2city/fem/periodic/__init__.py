"""One cell of a pattern that repeats along x: developed flow and conjugate heat, from a cell instead of a row of them.

Far from its ends, flow through pins or strips repeats from cell to cell but for two things that grow by the same amount in
each: the pressure falls, the temperature rises. Patankar, Liu & Sparrow (1977) take these out: p = -G x + periodic,
T = a x + periodic, a the rise of a cell over its length.
"""
