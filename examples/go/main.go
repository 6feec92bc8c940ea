// An image in Go, through the plugin and the SDK that `pulumi package add` makes of it.
package main

import (
	"example.com/pulumi-lix/sdk/go/lix"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		image, err := lix.NewLixImage(ctx, "lix", &lix.LixImageArgs{
			Registry:  pulumi.String(config.Require(ctx, "registry")), // "ghcr.io/acme"
			Tag:       pulumi.String("{version}"),
			ExtraTags: pulumi.ToStringArray([]string{"latest"}),
			Layering:  lix.LayeringClosureRisk,
			NixConf:   pulumi.Map{"cores": pulumi.Int(4)},
			User:      lix.UserArgs{Name: pulumi.String("dev"), Uid: pulumi.Int(1000)},
		})
		if err != nil {
			return err
		}
		ctx.Export("ref", image.Ref) // what a deployment takes
		ctx.Export("digest", image.Digest)
		return nil
	})
}
