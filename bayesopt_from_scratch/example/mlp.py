r"""What is tuned: how does a small neural network learn?

A multilayer perceptron with one hidden layer, trained by stochastic gradient descent with momentum. Arrays in,
arrays out, which change no argument; chance comes from the generator that is passed in.

====== ======================================================= ==================
symbol meaning                                                 shape
====== ======================================================= ==================
X      inputs, one a row                                       (n, D)
T      classes as indicators, t_ik = 1 where i is in k         (n, K)
W1, b1 weights and biases of the H hidden units                (D, H), (H,)
W2, b2 weights and biases of the K outputs                     (H, K), (K,)
theta  all of them in one vector, in this order                (H (D+1) + K (H+1),)
A1, A2 activations, before the nonlinearity                    (n, H), (n, K)
Z      outputs of the hidden units, h(A1)                      (n, H)
P      probabilities of the classes, softmax(A2)               (n, K)
E      mean cross-entropy plus weight decay                    scalar
D1, D2 "errors" dE/dA1 and dE/dA2                              (n, H), (n, K)
====== ======================================================= ==================

Source: Bishop (2006), Pattern Recognition and Machine Learning, sections 5.1 to 5.3 and 5.5; for the momentum
Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum in deep learning, section 2;
for the first weights Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["ACTIVATIONS", "evaluate", "initialize", "log_softmax", "loss_and_gradient", "train", "unpack"]

Array = NDArray[np.floating]

# Name to h(a) and h'(a), the latter written in terms of z = h(a), which is at hand when the errors come back.
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "relu": (lambda a: np.maximum(a, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "tanh": (np.tanh, lambda z: 1.0 - z * z),
    "logistic": (lambda a: 0.5 + 0.5 * np.tanh(0.5 * a), lambda z: z * (1.0 - z)),  # 1/(1+exp(-a)) would overflow
}


def initialize(n_inputs: int, n_hidden: int, n_outputs: int, rng: np.random.Generator) -> Array:
    """Random weights of variance 2 / (inputs + outputs of their layer), and biases of zero.

    A compromise between signals that neither grow nor fade on their way forward and errors that do not on their way
    back (Glorot & Bengio, 2010, eq. 12; drawn uniformly there, normally here). The random numbers are drawn unit by
    unit: a wider network begins, up to these factors, with the units of the narrower one and some more. Were all drawn
    anew, a comparison of 29 units with 28 would tell of the draw and not of the unit.

    Returns
    -------
    (H (D+1) + K (H+1),) array
        theta.

    Examples
    --------
    >>> initialize(64, 10, 10, np.random.default_rng(0)).shape
    (760,)
    """
    D, H, K = n_inputs, n_hidden, n_outputs
    units = rng.standard_normal((H, D + K))  # of each hidden unit, the weights into it and out of it
    W1 = units[:, :D].T * (2 / (D + H)) ** 0.5  # ~ N(0, 2 / (D + H))
    W2 = units[:, D:] * (2 / (H + K)) ** 0.5  # ~ N(0, 2 / (H + K))
    return np.concatenate([W1.ravel(), np.zeros(H), W2.ravel(), np.zeros(K)])


def unpack(theta: Array, n_inputs: int, n_outputs: int) -> tuple[Array, Array, Array, Array]:
    """W1, b1, W2, b2 as views into theta: what is written to them is written to theta.

    Examples
    --------
    >>> [part.shape for part in unpack(np.zeros(760), 64, 10)]
    [(64, 10), (10,), (10, 10), (10,)]
    """
    D, K = n_inputs, n_outputs
    H = (theta.size - K) // (D + 1 + K)
    i, j, k = D * H, (D + 1) * H, (D + 1 + K) * H  # where each of them ends; np.split takes several times as long
    return theta[:i].reshape(D, H), theta[i:j], theta[j:k].reshape(H, K), theta[k:]


def log_softmax(A: Array) -> Array:
    r"""Logarithm of the softmax of every row.

    .. math:: \log p_k = a_k - \log \sum_j \exp(a_j)

    With the largest a_j taken off all of them first, which changes nothing but that exp cannot overflow.

    Examples
    --------
    >>> log_softmax(np.array([[0.0, 1e5]])).tolist()
    [[-100000.0, 0.0]]
    """
    A = A - A.max(axis=1, keepdims=True)
    return A - np.log(np.exp(A).sum(axis=1, keepdims=True))


def loss_and_gradient(theta: Array, X: Array, T: Array, activation: str, weight_decay: float) -> tuple[float, Array]:
    r"""Mean cross-entropy with weight decay, and its gradient by backpropagation.

    .. math:: E = -\frac1n \sum_{i=1}^n \sum_k t_{ik} \log p_{ik} + \frac\lambda2 \left(\|W_1\|^2 + \|W_2\|^2\right)

    Parameters
    ----------
    theta : (H (D+1) + K (H+1),) array
        Weights and biases.
    X, T : (n, D) and (n, K) array
        Inputs, and their classes as indicators.
    activation : str
        ``"relu"``, ``"tanh"`` or ``"logistic"``.
    weight_decay : float
        lambda, 0 or more; biases do not decay.

    Returns
    -------
    E : float
        In nats.
    gradient : array
        dE/dtheta, of theta's shape.

    Examples
    --------
    >>> X, T = np.ones((2, 3)), np.eye(2)
    >>> loss_and_gradient(np.zeros(3 * 4 + 4 + 4 * 2 + 2), X, T, "tanh", 0.0)[0] == np.log(2)  # knows nothing: log K
    np.True_
    """
    n, D, K = len(X), X.shape[1], T.shape[1]
    h, h_prime = ACTIVATIONS[activation]
    W1, b1, W2, b2 = unpack(theta, D, K)
    Z = h(X @ W1 + b1)  # a_j = sum_i w_ji x_i, z_j = h(a_j): Bishop (2006), eqs. 5.48 and 5.49
    log_P = log_softmax(Z @ W2 + b2)
    E = -(T * log_P).sum() / n + 0.5 * weight_decay * ((W1 * W1).sum() + (W2 * W2).sum())

    D2 = (np.exp(log_P) - T) / n  # delta_k = y_k - t_k: eq. 5.54, and here the mean over n
    D1 = h_prime(Z) * (D2 @ W2.T)  # delta_j = h'(a_j) sum_k w_kj delta_k: eq. 5.56, errors going back
    gradient = np.empty_like(theta)
    dW1, db1, dW2, db2 = unpack(gradient, D, K)
    dW1[:] = X.T @ D1 + weight_decay * W1  # dE/dw_ji = delta_j x_i, summed over n
    db1[:] = D1.sum(axis=0)  # a bias is the weight of an input that is always 1
    dW2[:] = Z.T @ D2 + weight_decay * W2
    db2[:] = D2.sum(axis=0)
    return float(E), gradient


def train(
    X: Array,
    T: Array,
    *,
    n_hidden: int,
    activation: str,
    learning_rate: float,
    momentum: float,
    weight_decay: float,
    n_epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> Array:
    r"""Stochastic gradient descent with momentum, each epoch through all data in a new order.

    .. math:: v \leftarrow \mu v - \varepsilon \nabla E(\theta), \qquad \theta \leftarrow \theta + v

    Returns
    -------
    (H (D+1) + K (H+1),) array
        theta; all NaN where the loss has overflowed by the end of an epoch, which ends training and is no error here.
    """
    orders = [rng.permutation(len(X)) for _ in range(n_epochs)]  # before the weights: the same for all widths
    theta = initialize(X.shape[1], n_hidden, T.shape[1], rng)
    v = np.zeros_like(theta)
    with np.errstate(all="ignore"):  # a training that diverges overflows; the caller sees it in theta
        for order in orders:
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                E, gradient = loss_and_gradient(theta, X[batch], T[batch], activation, weight_decay)
                v = momentum * v - learning_rate * gradient
                theta = theta + v
            if not np.isfinite(E):
                return np.full_like(theta, np.nan)
    return theta


def evaluate(theta: Array, X: Array, T: Array, activation: str) -> tuple[float, float]:
    """Mean cross-entropy in nats and share of wrong classes, on any data; NaN or inf where it overflows."""
    W1, b1, W2, b2 = unpack(theta, X.shape[1], T.shape[1])
    with np.errstate(all="ignore"):  # huge weights overflow; the caller sees it in the value
        log_P = log_softmax(ACTIVATIONS[activation][0](X @ W1 + b1) @ W2 + b2)
        return float(-(T * log_P).sum(axis=1).mean()), float((log_P.argmax(1) != T.argmax(1)).mean())
