import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isSsrfTarget,
  literalZone,
  zoneOf,
  type Zone,
} from "../../../provider/http/address-zone.ts";

const ZONES: Readonly<Record<Zone, readonly string[]>> = {
  public: [
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "64:ff9b::101:101",
    "2002:101:101::1",
    "::ffff:1.1.1.1",
    "2001:db8::1",
  ],
  network: [
    "10.0.0.1",
    "100.64.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "224.0.0.251",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "fd00::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:a00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1.1.1.1",
    "2002:a00:1::1",
    "::10.0.0.1",
    "::ffff:0:10.0.0.1",
    // Teredo: 10.0.0.1 with all bits turned.
    "2001:0:101:101:0:0:f5ff:fffe",
  ],
  machine: [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
  ],
  metadata: [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd00:42::42",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
  ],
};

for (const [zone, addresses] of Object.entries(ZONES))
  test(`these addresses are in the zone ${zone}`, () => {
    for (const address of addresses) assert.equal(zoneOf(address), zone, address);
  });

test("an address in a URL is known in every spelling, and a name is none", () => {
  const hostname = (host: string): string => new URL(`http://${host}/`).hostname;
  for (const [host, zone] of [
    ["2852039166", "metadata"],
    ["0xa9.0xfe.0xa9.0xfe", "metadata"],
    ["0251.0376.0251.0376", "metadata"],
    ["metadata.google.internal.", "metadata"],
    ["0x7f000001", "machine"],
    ["127.1", "machine"],
    ["localhost.", "machine"],
    ["a.localhost", "machine"],
    ["0", "machine"],
    ["[::ffff:7f00:1]", "machine"],
    ["10.1", "network"],
    ["012.0.0.1", "network"],
    ["[64:ff9b::a00:1]", "network"],
    ["1.1.1.1", "public"],
    ["r.example", undefined],
    ["10.0.0.1.nip.example", undefined],
  ] as const)
    assert.equal(literalZone(hostname(host)), zone, host);
});

test("a server may lead to its own zone and to wider ones, and none may lead to the metadata", () => {
  const zones = ["public", "network", "machine", "metadata"] as const;
  const allowed = zones.map((from) => zones.filter((to) => !isSsrfTarget(to, from)));
  assert.deepEqual(allowed, [
    ["public"],
    ["public", "network"],
    ["public", "network", "machine"],
    ["public", "network"],
  ]);
});
