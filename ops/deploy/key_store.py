"""The keys of `stripe_keys` put into SSM, where the functions read them."""

from ops.deploy.target import Target


def run(target: Target) -> list[str]:
    for name, value in target.keys.unstored.items():
        target.parameters.put(name, value)
    return [f"stored {target.parameters.path(name)}" for name in target.keys.unstored]


def preview(target: Target) -> list[str]:
    return [f"store {target.parameters.path(name)}" for name in target.keys.unstored]
