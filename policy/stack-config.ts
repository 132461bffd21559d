import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";

/**
 * Keeps the stack's configuration when the engine sends it, which is before it has the first resource judged.
 * @pulumi/policy 1.21 passes on no more of that message than the stack's tags, so this looks at the message as it is
 * read. To be called before the pack is made.
 *
 * @returns a function that gives the configuration, by full key (`puppet:domain`); objects in it are JSON. Nothing is
 *   in it before the engine has sent it.
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
