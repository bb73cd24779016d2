"""Anderson acceleration of a fixed-point iteration: the next guess is the best mix of the last ones.

With residuals r_i = g(x_i) - x_i of the last iterates, the mix sum(a_i g(x_i)), sum(a_i) = 1, takes the a_i that make
|sum(a_i r_i)| smallest (Walker & Ni 2011). On ranks the products are summed, so that all mix alike.
"""

import numpy as np
from mpi4py import MPI

CONDITION = 1e12  # largest condition number of the least-squares problem before the oldest iterate is forgotten


class Anderson:
    """Mixes the last `depth` iterates and the present one, fewer where the least-squares problem is worse than `CONDITION`.

    Its `gain` is what the last mix leaves of the last residual (-).
    """

    def __init__(self, comm: MPI.Comm, depth: int = 8) -> None:
        self._comm, self._depth, self.gain = comm, depth, 1.0
        self.forget()

    def forget(self) -> None:
        """Start afresh."""
        self._residuals: list[np.ndarray] = []
        self._images: list[np.ndarray] = []

    def next(self, guess: np.ndarray, image: np.ndarray, measured: np.ndarray | slice = slice(None)) -> np.ndarray:
        """The next guess from the present one and its image, owned values, shape (n,); `measured` entries tell how near."""
        self._residuals.append((image - guess)[measured])
        self._images.append(image.copy())
        del self._residuals[: -self._depth - 1], self._images[: -self._depth - 1]
        last = self._residuals[-1]
        while len(self._images) > 1:
            steps = np.array([last - r for r in self._residuals[:-1]])
            gram = self._sum(steps @ steps.T)
            right = self._sum(steps @ last)
            scale = np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
            scaled = gram / np.outer(scale, scale)
            if np.linalg.cond(scaled) <= CONDITION:
                weights = np.linalg.solve(scaled, right / scale) / scale
                left = last - weights @ steps
                whole = max(float(self._sum(last @ last)), np.finfo(float).tiny)
                self.gain = float(np.sqrt(self._sum(left @ left) / whole))
                pairs = zip(weights, self._images[:-1], strict=True)
                return image - sum(weight * (image - earlier) for weight, earlier in pairs)
            del self._residuals[0], self._images[0]
        self.gain = 1.0
        return image.copy()

    def _sum[T](self, values: T) -> T:
        return self._comm.allreduce(values, op=MPI.SUM)
