import { type InputTypes, packageSchema } from "../framework/schema.js";
import { serve } from "../framework/serve.js";
import { randomId, randomIdOutputTypes, randomIdTypes } from "./random-id.js";
import { randomString, randomStringTypes } from "./random-string.js";

const name = "random";
/** The official plugin that this one imitates. */
const version = "4.21.2";

const stringOutputs: InputTypes = { result: { type: "string", required: true } };
const passwordOutputs: InputTypes = {
  result: { type: "string", required: true, secret: true },
};

serve({
  name,
  version,
  schema: packageSchema(name, version, {
    "random:index/randomId:RandomId": { inputs: randomIdTypes, outputs: randomIdOutputTypes },
    "random:index/randomPassword:RandomPassword": {
      inputs: randomStringTypes,
      outputs: passwordOutputs,
    },
    "random:index/randomString:RandomString": { inputs: randomStringTypes, outputs: stringOutputs },
  }),
  // As in the official plugin: the engine itself then keeps secret inputs secret in the outputs.
  acceptsSecrets: false,
  resources: {
    "random:index/randomId:RandomId": randomId,
    "random:index/randomPassword:RandomPassword": randomString("password"),
    "random:index/randomString:RandomString": randomString("string"),
  },
});
