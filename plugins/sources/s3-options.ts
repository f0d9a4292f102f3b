/** Settings of the source `s3`. */
import { bytes } from "cameo/plugin";
import * as v from "valibot";
import { isEndpoint, isFolder } from "./s3-address.ts";

const about = v.description;

/** As it goes into a header; a file or variable that it came from may have ended with a line break. The messages never quote it. */
const secret = v.pipe(
  v.string("takes text"),
  v.trim(),
  v.regex(/^[\x21-\x7e]*$/, "takes visible ASCII characters without spaces between them"),
);

const file = v.pipe(v.string(), v.minLength(1));

const aboutFile = (name: string): string =>
  `File with it in place of \`${name}\`, read anew for each request, so that it can be replaced while Cameo runs.`;

export const options = v.object({
  bucket: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][\w.-]{1,253}[a-z0-9]$/i, "takes the name alone, such as my-pictures"),
    about("Name of the bucket. One for each mount."),
  ),
  region: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/, "takes a region such as eu-central-1")), "us-east-1"),
    about("Region of the bucket. Many services other than AWS take any, or have one of their own, such as `auto`."),
  ),
  endpoint: v.pipe(
    v.optional(
      v.pipe(v.string(), v.check(isEndpoint, "takes an http or https URL without bucket, user name and query")),
    ),
    about(
      "Address of a service other than AWS, without the bucket, such as `http://127.0.0.1:9000`. Default: AWS, in `region`.",
    ),
  ),
  pathStyle: v.pipe(
    v.optional(v.boolean()),
    about(
      "Write the bucket into the path, not before the host name. Default: yes with an `endpoint`, and for a name with dots.",
    ),
  ),
  prefix: v.pipe(
    v.optional(v.pipe(v.string(), v.check(isFolder, "takes a folder such as photos/2026")), ""),
    about("Folder of the bucket that every path of this mount is under. Default: the whole bucket."),
  ),
  accessKeyId: v.pipe(
    v.optional(secret),
    about("Access key. Without one, requests are anonymous: for public buckets."),
  ),
  accessKeyIdFile: v.pipe(v.optional(file), about(aboutFile("accessKeyId"))),
  secretAccessKey: v.pipe(v.optional(secret), about("Its secret.")),
  secretAccessKeyFile: v.pipe(v.optional(file), about(aboutFile("secretAccessKey"))),
  sessionToken: v.pipe(v.optional(secret), about("What temporary credentials have besides.")),
  sessionTokenFile: v.pipe(v.optional(file), about(aboutFile("sessionToken"))),
  allowVersions: v.pipe(
    v.optional(v.boolean(), false),
    about("Take `?versionId=…` for an older version of an object, if the credentials may read it."),
  ),
  maxBytes: v.pipe(v.optional(bytes), about("Largest object. Default: `limits.sourceBytes`.")),
  timeoutMs: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_147_483_647))),
    about("Time for one object, in milliseconds. Default: `limits.fetchMs`, which also holds above it."),
  ),
});

export type S3Options = v.InferOutput<typeof options>;
