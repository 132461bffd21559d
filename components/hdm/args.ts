import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { HostCertificateArgs } from "../certificates/args.js";

/** HDM's settings in an infrastructure. */
export interface HdmSettings {
  /** Its container image with the digest, `NAME@sha256:…`; the digest of the manifest for the host's architecture. */
  image: string;
  /** Archive with the image: a path on HDM's host, or an HTTPS URL; without it, the image is pulled. */
  imageArchive?: string | undefined;
  /** Certificate chain for its HTTPS, PEM; the host's certificate from the Puppet CA by default. */
  certificate?: pulumi.Input<string> | undefined;
  /** The certificate's private key, PEM. */
  privateKey?: pulumi.Input<string> | undefined;
  /** LDAP directory whose users can log in; none by default. */
  ldap?: HdmLdapArgs | undefined;
  /** SAML identity provider whose users can log in; none by default. */
  saml?: HdmSamlArgs | undefined;
}

/** How users of an LDAP directory log in to HDM. */
export interface HdmLdapArgs {
  /** Name of the LDAP server, as in its certificate. */
  host: string;
  /** TCP port; 636 by default, or 389 with StartTLS. */
  port?: number | undefined;
  /** Whether to use StartTLS; false by default: LDAPS. */
  startTls?: boolean;
  /** Base DN of the search for users. */
  baseDn: string;
  /** DN that HDM binds as for the search; anonymous by default. */
  bindDn?: string | undefined;
  /** Password of `bindDn`. */
  bindPassword?: pulumi.Input<string> | undefined;
  /** Attribute that users log in with; `mail` by default. */
  usernameAttribute?: string;
  /** Additional filter that users must match, in parentheses; none by default. */
  filter?: string | undefined;
  /** CA certificates, PEM, that verify the server's certificate; those that the image trusts by default. */
  caCertificate?: string | undefined;
}

/** How users of a SAML identity provider log in to HDM. */
export interface HdmSamlArgs {
  /** HDM's entity ID at the provider. */
  entityId: string;
  /** The provider's single sign-on URL. */
  ssoUrl: string;
  /** The provider's certificate, PEM. */
  certificate: string;
}

/** Arguments of {@link HdmImage}. */
export interface HdmImageArgs extends Pick<HdmSettings, "image" | "imageArchive"> {
  /** HDM's host. */
  host: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
}

/** Arguments of {@link Hdm}. */
export interface HdmArgs extends HostCertificateArgs, HdmSettings {
  /** Name under which all hosts connect to the CA. */
  caServer: string;
  /** URL of PuppetDB's read-only port, which must accept the host's certificate. */
  queryUrl: string;
}
