"""What is there to learn from?

Images of handwritten digits, 8 x 8 pixels each, by 13 writers. The first 1200 of a random order choose hyperparameters
by cross-validation; the other 597 are looked at once, at the end, because the error that a choice was made by is too
good to be true.

====== ======================================================= ==================
symbol meaning                                                 shape
====== ======================================================= ==================
X      images, one a row, brightness from 0 to 1               (n, 64)
T      their digits as indicators, t_nk = 1 where n shows k    (n, 10)
====== ======================================================= ==================

Source: Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, its test part; under CC BY 4.0, see the file DATA-LICENCE.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_CLASSES", "N_FOLDS", "N_HELD_OUT", "N_TUNING", "folds", "load", "split"]

Array = NDArray[np.floating]
Data = tuple[Array, Array]

N_CLASSES = 10
N_TUNING = 1200  # images to choose hyperparameters by
N_HELD_OUT = 597  # images for the final error
N_FOLDS = 3


@cache
def load() -> Data:
    """All images and their digits, in the order of the original file.

    Brightness is divided by 16, the largest there can be. To standardize would need means and deviations of pixels,
    which may not come from images that the network is later judged by.

    Returns
    -------
    X : (1797, 64) array
        Images, from 0 to 1; read-only, because all callers share them.
    T : (1797, 10) array
        Digits as indicators, one 1 a row; read-only.

    Examples
    --------
    >>> X, T = load()
    >>> for row in X[0].reshape(8, 8):
    ...     print("|" + "".join(" .:oO@"[round(5 * brightness)] for brightness in row) + "|")
    |  :Oo   |
    |  O@o@: |
    | .@. o: |
    | .O  :: |
    | ::  o: |
    | .o  O: |
    | .O:oO  |
    |  :Oo   |
    """
    with np.load(Path(__file__).with_name("digits.npz")) as archive:
        X, T = archive["images"] / 16.0, np.eye(N_CLASSES)[archive["labels"]]
    X.flags.writeable = T.flags.writeable = False
    return X, T


def split(seed: int) -> tuple[Data, Data]:
    """Images to tune by and images held out, drawn at random without replacement.

    Parameters
    ----------
    seed : int
        0 or more; the same seed gives the same split.

    Returns
    -------
    tuning : tuple of (1200, 64) and (1200, 10) array
        X and T.
    held_out : tuple of (597, 64) and (597, 10) array
        X and T.

    Raises
    ------
    ValueError
        If the seed is negative.

    Examples
    --------
    >>> tuning, held_out = split(0)
    >>> [part.shape for part in tuning + held_out]
    [(1200, 64), (1200, 10), (597, 64), (597, 10)]
    """
    X, T = load()
    order = np.random.default_rng(seed).permutation(len(X))
    first, rest = order[:N_TUNING], order[N_TUNING:]
    return (X[first], T[first]), (X[rest], T[rest])


def folds(data: Data) -> list[tuple[Data, Data]]:
    """Pairs of training and validation data, such that every image validates once: N_FOLDS contiguous blocks.

    Parameters
    ----------
    data : tuple of (n, 64) and (n, 10) array
        X and T in random order.

    Returns
    -------
    list of (training, validation)
        N_FOLDS pairs of (X, T).
    """
    X, T = data
    blocks = np.array_split(np.arange(len(X)), N_FOLDS)
    return [((np.delete(X, k, 0), np.delete(T, k, 0)), (X[k], T[k])) for k in blocks]
