import { renderTemplate } from "../render.js";
import { renderSocket } from "./units.js";

/** What a deploy asks for the environments that agents use: a script, and the systemd units that run it. */
export const usedUnits = {
  socket: () => renderSocket("used", "know which environments agents use"),
  /** `user` must be allowed to read the host's key. */
  service: (values: { user: string }) => template("used@.service.eta", values),
  /** The script, which asks with the key of `fqdn` in `ssldir`. */
  script: (values: {
    ruby: string;
    ssldir: string;
    fqdn: string;
    /** PuppetDBs as `https://NAME:PORT`; the first one that answers is used. */
    serverUrls: readonly string[];
  }) => template("used.rb.eta", values),
};

const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
