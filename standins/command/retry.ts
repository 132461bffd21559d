import type { OperationContext } from "../framework/resource.js";

const firstDelayMs = 100;
const delayFactor = 1.5;
const longestDelayMs = 5000;

/**
 * Repeats `attempt` with increasing pauses until it succeeds or has failed more often than
 * `errorLimit` allows (-1: no limit). `what` names the attempt in messages.
 */
export async function withRetries<T>(
  context: OperationContext,
  what: string,
  errorLimit: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const limit = errorLimit === -1 ? "inf" : String(errorLimit);
  let delayMs = firstDelayMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      context.cancelled.throwIfAborted();
      if (errorLimit > -1 && failures > errorLimit) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`after ${failures - 1} failed attempts: ${reason}`, { cause: error });
      }
    }
    context.log.infoStatus(`${what} ${failures}/${limit} failed: retrying`);
    await pause(delayMs, context.ended);
    delayMs = Math.min(delayMs * delayFactor, longestDelayMs);
  }
}

function pause(ms: number, ended: AbortSignal): Promise<void> {
  ended.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(ended.reason as Error);
    };
    const timer = setTimeout(() => {
      ended.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    ended.addEventListener("abort", onAbort, { once: true });
  });
}
