import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";

/**
 * Keeps the stack's configuration when the engine sends it, which it does before it has the first resource checked.
 * @pulumi/policy 1.21 only passes on the stack's tags from that message, so this intercepts the message as it is read.
 * Call it before the pack is created.
 *
 * @returns a function that returns the configuration by full key (`puppet:domain`), with objects as JSON; it is empty
 *   until the engine has sent it
 */
export function receiveStackConfig(): () => ReadonlyMap<string, string> {
  const received = new Map<string, string>();
  const method = analyzer.AnalyzerService.configureStack;
  const deserialize = method.requestDeserialize;
  method.requestDeserialize = (bytes) => {
    const request = deserialize(bytes);
    request.getConfigMap().forEach((value: string, key: string) => received.set(key, value));
    return request;
  };
  return () => received;
}
