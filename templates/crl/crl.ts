import { renderTemplate } from "../render.js";

/** Renders the script that fetches the CA's revocation list on a host other than the CA's. */
export function renderCrlRefresh(values: { ssldir: string; caServer: string }): string {
  return renderTemplate(new URL("refresh.sh.eta", import.meta.url), values);
}

/** Renders the systemd service that runs the script once. */
export function renderCrlService(values: { user: string }): string {
  return renderTemplate(new URL("service.eta", import.meta.url), values);
}

/**
 * Renders the systemd timer that runs the service.
 *
 * @param values.interval seconds from one fetch to the next
 */
export function renderCrlTimer(values: { interval: number }): string {
  return renderTemplate(new URL("timer.eta", import.meta.url), values);
}
