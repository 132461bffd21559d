import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import type { Host, HostArgs } from "../../hosts/host.js";
import { hdmTlsPort } from "../../templates/hdm/hdm.js";
import { withDistribution } from "../arguments.js";
import { hdmImageState, hdmServices, hdmState } from "./state.js";
import { hostCertificate, type HostCertificateArgs } from "../certificates/host-certificate.js";

/** Settings of HDM in an infrastructure. */
export interface HdmSettings {
  /** Its container image with the digest, `NAME@sha256:…`; the digest of the manifest for the host's architecture. */
  image: string;
  /** Path on HDM's host, or HTTPS URL, of an archive with the image; without it, the image is pulled. */
  imageArchive?: string | undefined;
  /** Certificate of its HTTPS, PEM, with those that signed it; the host's own of our CA by default. */
  certificate?: pulumi.Input<string> | undefined;
  /** The certificate's private key, PEM. */
  privateKey?: pulumi.Input<string> | undefined;
  /** LDAP directory whose people can log in; none by default. */
  ldap?: HdmLdapArgs | undefined;
  /** Identity provider whose people can log in; none by default. */
  saml?: HdmSamlArgs | undefined;
}

/** How people of an LDAP directory log in to HDM. */
export interface HdmLdapArgs {
  /** Name of the LDAP server, as in its certificate. */
  host: string;
  /** TCP port; by default 636, and 389 with StartTLS. */
  port?: number | undefined;
  /** Whether TLS begins by StartTLS; false by default, and then all of the connection is TLS. */
  startTls?: boolean;
  /** Where people are looked for. */
  baseDn: string;
  /** Who looks for them; by default, nobody has to log in for that. */
  bindDn?: string | undefined;
  /** The password for that. */
  bindPassword?: pulumi.Input<string> | undefined;
  /** Attribute that people log in with; `mail` by default. */
  usernameAttribute?: string;
  /** Filter that people must match as well, in parentheses; none by default. */
  filter?: string | undefined;
  /** Certificates, PEM, that the server's own is verified with; those that the image trusts by default. */
  caCertificate?: string | undefined;
}

/** How people of a SAML identity provider log in to HDM. */
export interface HdmSamlArgs {
  /** What the provider knows HDM as. */
  entityId: string;
  /** Where the provider takes log-ins. */
  ssoUrl: string;
  /** The provider's certificate, PEM. */
  certificate: string;
}

/** What an {@link HdmImage} takes. */
export interface HdmImageArgs extends Pick<HdmSettings, "image" | "imageArchive"> {
  /** HDM's host. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
}

/** What an {@link Hdm} takes. */
export interface HdmArgs extends HostCertificateArgs, HdmSettings {
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Where readers reach PuppetDB, which takes the host's certificate there. */
  queryUrl: string;
}

/**
 * HDM's image on its host, before anything else of HDM: where it cannot be had, the host says so, and has nothing but
 * podman.
 */
export class HdmImage extends pulumi.ComponentResource {
  constructor(name: string, args: HdmImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:HdmImage", name, {}, opts);
    const given = withDistribution(args);
    const { host, distribution } = given;
    new HostConfiguration(
      `${name}-configuration`,
      { host, distribution, state: hdmImageState(given) },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** Where people reach HDM: by its name, or where a port of this machine leads there. */
function hdmUrl(host: Host): pulumi.Output<string> {
  const forwarded = host.forwarded?.[String(hdmTlsPort)];
  return forwarded === undefined
    ? pulumi.output(`https://${host.fqdn}`)
    : pulumi.interpolate`https://${forwarded}`;
}

/**
 * HDM 4.1.2 (Hiera Data Manager), in which people browse the Hiera data of all environments and nodes.
 *
 * It runs from its project's container image, and listens on the loopback address; HAProxy has its TLS. It only reads:
 * the code as a {@link CodeCopy} has it, and PuppetDB through the door for readers, with its host's certificate.
 * Its administrator is made before the port opens, as HDM would take whoever came first for it. He makes the users, and
 * sees no data himself.
 */
export class Hdm extends pulumi.ComponentResource {
  /** Where people reach it. */
  readonly url: pulumi.Output<string>;
  /** Password of the user `admin`, until he changes it; secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: HdmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Hdm", name, {}, opts);
    const given = withDistribution(args);
    const { host, distribution } = given;
    const secret = (what: string, length: number) =>
      new random.RandomPassword(`${name}-${what}`, { length, special: false }, { parent: this })
        .result;
    this.url = hdmUrl(host);
    this.adminPassword = secret("admin-password", 32);
    new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: hdmState(given, {
          adminPassword: this.adminPassword,
          secretKeyBase: secret("secret-key-base", 128),
        }),
        services: unlessMade(host, hdmServices),
      },
      { parent: this, dependsOn: hostCertificate(`${name}-certificate`, given, this) },
    );
    this.registerOutputs();
  }
}
