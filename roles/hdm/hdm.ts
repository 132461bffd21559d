import { hdmDatabaseFolder, hdmTlsPort, ldapPort } from "../../templates/hdm/hdm.js";
import { readerPort } from "../../templates/puppetdb/puppetdb.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import type { CodeDeployment } from "../main/settings.js";
import type { Puppetdb } from "../puppetdb/settings.js";
import { codeLogins } from "../puppet-server.js";
import { secretOutputCommand, portOf, type Role } from "../role.js";
import { hdm as hdmSettings, hdmFaults, type Hdm } from "./settings.js";

interface SeenSettings {
  hdm: Hdm;
  puppetdb: Puppetdb;
  codeDeployment: CodeDeployment;
}

/** HDM, where people browse Hiera data. */
export const hdm = {
  title: "HDM",
  count: "optional",
  words: ["hdm"],
  serviceNames: [],
  settings: { hdm: hdmSettings.prefault({}) },
  secrets: ["hdm.privateKey", "hdm.ldap.bindPassword"],
  faults: ({ hdm, puppetdb, codeDeployment }) => hdmFaults(hdm, { puppetdb, codeDeployment }),
  placement: ({ hdm }) => hdm.host,
  elsewhere: ["none"],
  hostNames: ({ hdm }) => (hdm.host === "own" ? ["hdm"] : []),
  container: { offset: () => 8, ports: () => [hdmTlsPort] },
  instance: {
    type: "t3.medium",
    dataVolume: { size: 4, least: 4, holds: "users of HDM", folders: () => [hdmDatabaseFolder] },
  },
  onServer: () => ({
    packages: ["podman", "haproxy"],
    services: { [hdmTlsPort]: "haproxy" },
    replaces: ["haproxy"],
  }),
  requires: undefined,
  sizing: undefined,
  connections: ({ hdm: { host }, puppetdb }) => {
    if (host === "none") return [];
    const queried = puppetdb.host === "own" ? "puppetdb" : "main";
    return [
      { from: "operators", to: "hdm", port: hdmTlsPort, purpose: "browsing Hiera data" },
      { from: "hdm", to: "main", port: agentsPort, purpose: "certificates" },
      { from: "hdm", to: queried, port: readerPort, purpose: "queries from HDM" },
      { from: "main", to: "hdm", port: 22, purpose: "deploy notifications" },
      { from: "hdm", to: "main", port: 22, purpose: "deployed code" },
    ];
  },
  logins: ({ hdm: { host } }) => (host === "none" ? [] : codeLogins("hdm")),
  outside: ({ hdm: { image, imageArchive = `https://${image ?? ""}`, ldap } }) => [
    ...(imageArchive.startsWith("https:") ? [[portOf(imageArchive), "HDM image"] as const] : []),
    ...(ldap === undefined ? [] : [[ldapPort(ldap), "logins to HDM"] as const]),
  ],
  args: ({ hdm: { host, image, ...hdm } }) => ({
    hdm: image === undefined ? undefined : { ...hdm, image },
  }),
  outputs: {
    // HDM, where people browse Hiera data; absent if there is none.
    hdmUrl: "hdmUrl",
    // Initial password of HDM's user admin; secret.
    hdmAdminPassword: "hdmAdminPassword",
  },
  summary: ({ hdmUrl }, stack) =>
    hdmUrl === undefined
      ? []
      : [["HDM", `${hdmUrl} (admin; password: ${secretOutputCommand("hdmAdminPassword", stack)})`]],
  example: {
    hdm: {
      host: "own",
      image: `registry.example.com/betadots/hdm@sha256:${"0".repeat(64)}`,
    },
  },
} as const satisfies Role<SeenSettings>;
