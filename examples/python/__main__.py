"""An image in Python, through the plugin and the SDK that `pulumi package add` makes of it."""

import pulumi
import pulumi_lix as lix

config = pulumi.Config()

image = lix.LixImage(
    "lix",
    registry=config.require("registry"),  # "ghcr.io/acme"
    tag="{version}",
    extra_tags=["latest"],
    layering=lix.Layering.CLOSURE_RISK,
    nix_conf={"cores": 4, "experimental-features": ["nix-command", "flakes"]},
    files={"/etc/motd": {"text": "Built without Nix and without Docker\n"}},
)

pulumi.export("ref", image.ref)  # what a deployment takes
pulumi.export("digest", image.digest)
