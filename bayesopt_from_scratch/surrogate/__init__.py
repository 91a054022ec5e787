"""What a model believes: a Gaussian process over functions, a Parzen estimator over points. Arrays in, arrays out."""
