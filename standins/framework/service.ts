import {
  type handleUnaryCall,
  type ServerUnaryCall,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import structMessages, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import { topLevelProperty } from "./diff.js";
import { EngineLog } from "./engine-log.js";
import { Operations } from "./operations.js";
import type { Checked, Plugin, ResourceDiff, ResourceType } from "./resource.js";
import { type PropertyMap, withoutNulls } from "./values.js";

/** The ResourceProvider service of a plugin, for an engine at `engineAddress`. */
export function providerService(
  plugin: Plugin,
  engineAddress: string,
): UntypedServiceImplementation {
  const operations = new Operations();
  const { configuration, functions = {} } = plugin;
  let log = new EngineLog(engineAddress);

  const resourceOf = (urn: string): ResourceType => {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const resource = plugin.resources[type];
    if (resource === undefined) throw new Error(`unrecognized resource type: ${type}`);
    return resource;
  };

  return {
    getPluginInfo: unary(async () => {
      const response = new pluginMessages.PluginInfo();
      response.setVersion(plugin.version);
      return response;
    }),

    attach: unary(async (request: PluginAttach) => {
      log.close();
      log = new EngineLog(request.getAddress());
      return new emptyMessages.Empty();
    }),

    getSchema: unary(async () => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(plugin.schema);
      return response;
    }),

    ...(configuration === undefined
      ? {}
      : {
          checkConfig: unary(async (request: provider.CheckRequest) =>
            checkResponse(configuration.check(read(request.getNews()))),
          ),
        }),

    configure: unary(async (request: provider.ConfigureRequest) => {
      configuration?.configure(read(request.getArgs()));
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(plugin.acceptsSecrets);
      response.setAcceptresources(plugin.acceptsResources ?? true);
      response.setAcceptoutputs(plugin.acceptsSecrets);
      response.setSupportspreview(true);
      return response;
    }),

    invoke: unary(async (request: provider.InvokeRequest) => {
      const token = request.getTok();
      const answer = functions[token];
      if (answer === undefined) throw new Error(`unrecognized function: ${token}`);
      const response = new messages.InvokeResponse();
      response.setReturn(write(answer(read(request.getArgs()))));
      return response;
    }),

    check: unary(async (request: provider.CheckRequest) => {
      const urn = request.getUrn();
      const olds = request.getOlds();
      const oldInputs = olds === undefined ? undefined : read(olds);
      return checkResponse(resourceOf(urn).check(read(request.getNews()), { urn, oldInputs }));
    }),

    diff: unary(async (request: provider.DiffRequest) =>
      diffResponse(
        resourceOf(request.getUrn()).diff(
          read(request.getOldInputs()),
          read(request.getOlds()),
          read(request.getNews()),
        ),
      ),
    ),

    create: unary(async (request: provider.CreateRequest) => {
      const urn = request.getUrn();
      const resource = resourceOf(urn);
      const name = urn.split("::").slice(3).join("::");
      const inputs = read(request.getProperties());
      const { id, outputs } = request.getPreview()
        ? resource.previewCreate(name, inputs)
        : await operations.run(log, urn, request.getTimeout(), (context) =>
            resource.create(context, name, inputs),
          );
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(write(outputs));
      return response;
    }),

    read: unary(async (request: provider.ReadRequest) => {
      // There is nothing outside to check: the state is always correct.
      const response = new messages.ReadResponse();
      response.setId(request.getId());
      response.setProperties(request.getProperties());
      response.setInputs(request.getInputs());
      return response;
    }),

    update: unary(async (request: provider.UpdateRequest) => {
      const urn = request.getUrn();
      const resource = resourceOf(urn);
      const olds = read(request.getOlds());
      const inputs = read(request.getNews());
      const outputs = request.getPreview()
        ? resource.previewUpdate(olds, inputs)
        : await operations.run(log, urn, request.getTimeout(), (context) =>
            resource.update(context, olds, inputs),
          );
      const response = new messages.UpdateResponse();
      response.setProperties(write(outputs));
      return response;
    }),

    delete: unary(async (request: provider.DeleteRequest) => {
      const urn = request.getUrn();
      const outputs = read(request.getProperties());
      await operations.run(log, urn, request.getTimeout(), (context) =>
        resourceOf(urn).delete(context, outputs),
      );
      return new emptyMessages.Empty();
    }),

    cancel: unary(async () => {
      operations.cancelAll();
      return new emptyMessages.Empty();
    }),
  };
}

/** Answers a call with what a function resolves to, or with its error. */
export function unary<Request, Response>(
  handle: (request: Request) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback) => {
    handle(call.request).then(
      (response) => callback(null, response),
      (error: unknown) =>
        callback({
          code: status.UNKNOWN,
          details: error instanceof Error ? error.message : String(error),
        }),
    );
  };
}

function read(properties: Struct | undefined): PropertyMap {
  // The library's type for JSON values is looser than ours, but its values are not.
  return withoutNulls(properties?.toJavaScript() ?? {});
}

function write(properties: PropertyMap): Struct {
  return structMessages.Struct.fromJavaScript(properties);
}

function checkResponse({ inputs, failures }: Checked): provider.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(write(inputs));
  for (const { property, reason } of failures) {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

function diffResponse({
  changes,
  replaces,
  deleteBeforeReplace = false,
}: ResourceDiff): provider.DiffResponse {
  const { DiffResponse, PropertyDiff } = messages;
  const { Kind } = PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const response = new DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(deleteBeforeReplace);
  const diffs = new Set<string>();
  const replacing = new Set<string>();
  for (const [path, change] of changes) {
    const [inPlace, replacement] = kinds[change];
    const detail = new PropertyDiff();
    detail.setKind(replaces(path) ? replacement : inPlace);
    response.getDetaileddiffMap().set(path, detail);
    diffs.add(topLevelProperty(path));
    if (replaces(path)) replacing.add(topLevelProperty(path));
  }
  response.setDiffsList([...diffs]);
  response.setReplacesList([...replacing]);
  return response;
}
