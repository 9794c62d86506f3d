"""Figures for a person to read."""


def figures_table(figures: dict) -> str:
    """Lines of the test figures of `runs.evaluate`, in nats."""
    names = {"negative_elbo": "negative ELBO", "reconstruction": "reconstruction", "kl": "KL divergence"}
    lines = [f"  {'test images':<16}{figures['num_examples']:>10,}"]
    lines += [f"  {name:<16}{figures[key]:>10.2f} nats" for key, name in names.items() if key in figures]
    return "\n".join(lines)


def size(num_bytes: int | None) -> str:
    """A number of bytes for reading."""
    return "unknown" if num_bytes is None else f"{num_bytes / 2**30:.2f} GiB"
