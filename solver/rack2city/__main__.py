"""`python -m rack2city`, and `mpirun -n N python -m mpi4py -m rack2city`."""

from rack2city.cli import main

if __name__ == "__main__":
    main()
