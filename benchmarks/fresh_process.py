"""A function in a process of its own: with nothing imported before, no memory of others, and its own compilations."""

import concurrent.futures
import multiprocessing


def in_fresh_process(function, *args):
    """Calls a module's function in a new Python, and waits for what it returns or raises."""
    # Not forked: TensorFlow does not live through a fork, and what a parent has imported would be there.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        return pool.submit(function, *args).result()
