/** Where Pulumi's official CLI and plugins are downloaded from. */
const service = "https://get.pulumi.com/";

/**
 * Checks whether Pulumi's download service answers within five seconds.
 *
 * @returns undefined if it answers, else the reason why not
 */
export async function downloadsUnreachable(): Promise<string | undefined> {
  try {
    await fetch(service, { method: "HEAD", signal: AbortSignal.timeout(5000) });
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${service} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
