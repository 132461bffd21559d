import type { BadSettings } from "./bad-setting.js";
import { goodExisting, secretText, server, servers } from "./platform-settings.js";

const digest = `sha256:${"0".repeat(64)}`;
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const key = `-----BEGIN PRIVATE KEY-----\n${secretText}\n-----END PRIVATE KEY-----\n`;
const ldap = { host: "ldap.example.com", baseDn: "ou=people,dc=example,dc=com" };
const saml = {
  entityId: "hdm",
  ssoUrl: "https://idp.example.com/saml/sso",
  certificate: pem,
};

/** A valid HDM with every setting. */
export const goodHdm = {
  host: "own",
  image: `registry.example.com:5000/betadots/hdm@${digest}`,
  imageArchive: "/srv/images/hdm-4.1.2.tar",
  certificate: pem,
  privateKey: key,
  ldap: {
    ...ldap,
    port: 3269,
    startTls: true,
    bindDn: "cn=hdm,dc=example,dc=com",
    bindPassword: "a password <% with a tag",
    usernameAttribute: "uid",
    filter: "(memberOf=cn=puppet,dc=example,dc=com)",
    caCertificate: pem,
  },
  saml,
};

const hdm = (
  what: string,
  changes: Readonly<Record<string, unknown>>,
  sentences: readonly string[],
  others: Readonly<Record<string, unknown>> = {},
): BadSettings => ({
  what: `HDM: ${what}`,
  values: { hdm: { host: "own", image: goodHdm.image, ...changes }, ...others },
  sentences,
});
const image =
  "write an image with its registry and its digest, NAME@sha256: and 64 hexadecimal digits, such as registry.example.com/betadots/hdm@sha256:….";
const archive =
  "write the absolute path of an archive on HDM's host, or an HTTPS URL without a password.";
const distinguishedName = "write a distinguished name such as ou=people,dc=example,dc=com.";

/** Invalid settings of HDM. */
export const badHdmSettings: readonly BadSettings[] = [
  hdm("an unknown host", { host: "main" }, ['puppet:hdm.host is "main"; write own or none.']),
  hdm("an unknown setting", { port: 443 }, [
    "puppet:hdm.port is not a setting; write one of host, image, imageArchive, certificate, privateKey, ldap, saml, or remove it.",
  ]),
  {
    what: "HDM as a text",
    values: { hdm: "own" },
    sentences: [
      "puppet:hdm is invalid; write an object with host, image, imageArchive, certificate, privateKey, ldap, saml.",
    ],
  },
  hdm("no image", { image: undefined }, [
    "puppet:hdm.image is not set; write HDM's image with its digest, NAME@sha256: and 64 hexadecimal digits.",
  ]),
  ...[
    "registry.example.com/betadots/hdm",
    "registry.example.com/betadots/hdm:v4.1.2",
    `registry.example.com/betadots/hdm:v4.1.2@${digest}`,
    `registry.example.com/betadots/hdm@${digest.slice(0, -1)}`,
    `registry.example.com/betadots/hdm@${digest.toUpperCase()}`,
    `https://registry.example.com/betadots/hdm@${digest}`,
    `hdm@${digest}`,
    `betadots/hdm@${digest}`,
    `registry.example.com/$(reboot)@${digest}`,
    4,
  ].map((value) =>
    hdm(`the image ${JSON.stringify(value)}`, { image: value }, [
      `puppet:hdm.image is ${JSON.stringify(value)}; ${image}`,
    ]),
  ),
  ...["hdm.tar", "http://example.com/hdm.tar", "/a b", "/'"].map((value) =>
    hdm(`the archive ${value}`, { imageArchive: value }, [
      `puppet:hdm.imageArchive is ${JSON.stringify(value)}; ${archive}`,
    ]),
  ),
  hdm("an archive with a password", { imageArchive: "https://a:b@example.com/hdm.tar" }, [
    `puppet:hdm.imageArchive is invalid; ${archive}`,
  ]),
  hdm("LDAP with StartTLS on the TLS port", { ldap: { ...ldap, port: 636, startTls: true } }, [
    "puppet:hdm.ldap.port is 636, where TLS is used from the start; remove it, or remove puppet:hdm.ldap.startTls.",
  ]),
  hdm("LDAP with TLS on the StartTLS port", { ldap: { ...ldap, port: 389 } }, [
    "puppet:hdm.ldap.port is 389, where StartTLS is used; remove it, or set puppet:hdm.ldap.startTls to true.",
  ]),
  hdm("a certificate without its key", { certificate: pem }, [
    "puppet:hdm.privateKey is not set; write the one that belongs to puppet:hdm.certificate, or remove puppet:hdm.certificate.",
  ]),
  hdm("a key without its certificate", { privateKey: key }, [
    "puppet:hdm.certificate is not set; write the one that belongs to puppet:hdm.privateKey, or remove puppet:hdm.privateKey.",
  ]),
  hdm("an invalid key", { certificate: pem, privateKey: secretText }, [
    "puppet:hdm.privateKey is invalid; write a private key in PEM, with npm run pulumi -- config set --stack STACK --secret --path puppet:hdm.privateKey.",
  ]),
  hdm(
    "no code",
    {},
    [
      'puppet:hdm.host is "own", but puppet:codeDeployment.tool is "none", so there would be no data to browse; set puppet:codeDeployment.tool to r10k or g10k, or puppet:hdm.host to none.',
    ],
    { codeDeployment: { tool: "none" } },
  ),
  hdm(
    "no PuppetDB",
    {},
    [
      'puppet:hdm.host is "own", but puppet:puppetdb.host is "none", and HDM gets nodes and their facts from PuppetDB; set puppet:puppetdb.host to own or main, or puppet:hdm.host to none.',
    ],
    { puppetdb: { host: "none" } },
  ),
  {
    what: "settings of HDM without HDM",
    values: { hdm: { image: goodHdm.image, saml } },
    sentences: ["image", "saml"].map(
      (name) =>
        `puppet:hdm.${name} is set, but puppet:hdm.host is "none"; set puppet:hdm.host to own, or remove puppet:hdm.${name}.`,
    ),
  },
  {
    what: "a compiler with the name of HDM's host",
    values: { hdm: { host: "own", image: goodHdm.image }, compilers: ["hdm"] },
    sentences: ["puppet:compilers has hdm, the name of another host; write a different name."],
  },

  hdm("LDAP as a text, with a password in it", { ldap: secretText }, [
    "puppet:hdm.ldap is invalid; write an object with host, port, startTls, baseDn, bindDn, bindPassword, usernameAttribute, filter, caCertificate.",
  ]),
  hdm("LDAP without a server", { ldap: { baseDn: ldap.baseDn } }, [
    "puppet:hdm.ldap.host is not set; write the DNS name of a server, as in its certificate.",
  ]),
  hdm("LDAP as a URL", { ldap: { ...ldap, host: "ldaps://ldap.example.com" } }, [
    'puppet:hdm.ldap.host is "ldaps://ldap.example.com"; write the DNS name of a server, as in its certificate.',
  ]),
  hdm("LDAP on port 0", { ldap: { ...ldap, port: 0 } }, [
    "puppet:hdm.ldap.port is 0; write a TCP port from 1 to 65535.",
  ]),
  ...["", " ou=a", "ou=a\nfilter: x"].map((baseDn) =>
    hdm(`LDAP from ${JSON.stringify(baseDn)}`, { ldap: { ...ldap, baseDn } }, [
      `puppet:hdm.ldap.baseDn is ${JSON.stringify(baseDn)}; ${distinguishedName}`,
    ]),
  ),
  hdm("LDAP with a name and no password", { ldap: { ...ldap, bindDn: "cn=hdm" } }, [
    "puppet:hdm.ldap.bindPassword is not set; write the one that belongs to puppet:hdm.ldap.bindDn, or remove puppet:hdm.ldap.bindDn.",
  ]),
  hdm("LDAP with a password and no name", { ldap: { ...ldap, bindPassword: secretText } }, [
    "puppet:hdm.ldap.bindDn is not set; write the one that belongs to puppet:hdm.ldap.bindPassword, or remove puppet:hdm.ldap.bindPassword.",
  ]),
  hdm("LDAP with a password of two lines", { ldap: { ...ldap, bindPassword: `${secretText}\n` } }, [
    "puppet:hdm.ldap.bindPassword is invalid; write a password on one line, with npm run pulumi -- config set --stack STACK --secret --path puppet:hdm.ldap.bindPassword.",
  ]),
  hdm("LDAP with an invalid attribute", { ldap: { ...ldap, usernameAttribute: "u=d" } }, [
    'puppet:hdm.ldap.usernameAttribute is "u=d"; write the name of an attribute, such as mail or uid.',
  ]),
  hdm("LDAP with an invalid filter", { ldap: { ...ldap, filter: "uid=*" } }, [
    'puppet:hdm.ldap.filter is "uid=*"; write a filter in parentheses, such as (memberOf=cn=puppet,ou=groups,dc=example,dc=com).',
  ]),
  hdm("SAML without TLS", { saml: { ...saml, ssoUrl: "http://idp.example.com/sso" } }, [
    'puppet:hdm.saml.ssoUrl is "http://idp.example.com/sso"; write an HTTPS URL such as https://idp.example.com/saml/sso.',
  ]),
  hdm("SAML without the provider's certificate", { saml: { ...saml, certificate: undefined } }, [
    "puppet:hdm.saml.certificate is not set; write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
  ]),

  {
    what: "existing: HDM without a server",
    values: {
      platform: "existing",
      existing: goodExisting,
      hdm: { host: "own", image: goodHdm.image },
    },
    sentences: [
      "puppet:existing.servers has no server with the role hdm; write exactly one, or set puppet:hdm.host to none.",
    ],
  },
  {
    what: "existing: a server for HDM without HDM",
    values: {
      platform: "existing",
      existing: { ...goodExisting, servers: [...servers, server("echo", "hdm", 5)] },
    },
    sentences: [
      'puppet:existing.servers has a server with the role hdm, but puppet:hdm.host is "none"; set puppet:hdm.host to own, or remove the server.',
    ],
  },
];
