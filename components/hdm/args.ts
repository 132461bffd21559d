import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { HostCertificateArgs } from "../certificates/args.js";

/** Settings of HDM in an infrastructure. */
export interface HdmSettings {
  /** Its container image with the digest, `NAME@sha256:…`; the digest of the manifest for the host's architecture. */
  image: string;
  /** Path on HDM's host, or HTTPS URL, of an archive with the image; without it, the image is pulled. */
  imageArchive?: string | undefined;
  /** Certificate of its HTTPS, PEM, with those that signed it; the host's certificate of the Puppet CA by default. */
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
  /** Certificates, PEM, that verify the server's; those that the image trusts by default. */
  caCertificate?: string | undefined;
}

/** How people of a SAML identity provider log in to HDM. */
export interface HdmSamlArgs {
  /** HDM's name at the provider. */
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
