/** Every plugin that ships with Cameo. Adding one is a file and two lines here. */
import type { Plugin } from "../core/plugin.ts";
import bun from "../plugins/engines/bun.ts";
import imagescript from "../plugins/engines/imagescript.ts";
import magick from "../plugins/engines/magick.ts";
import resvg from "../plugins/engines/resvg.ts";
import satori from "../plugins/engines/satori.ts";
import templates from "../plugins/routes/templates.ts";
import avatar from "../plugins/sources/avatar.ts";
import azureDevOps from "../plugins/sources/azure-devops.ts";
import file from "../plugins/sources/file.ts";
import github from "../plugins/sources/github.ts";
import gravatar from "../plugins/sources/gravatar.ts";
import http from "../plugins/sources/http.ts";
import libravatar from "../plugins/sources/libravatar.ts";
import logo from "../plugins/sources/logo.ts";
import s3 from "../plugins/sources/s3.ts";
import template from "../plugins/sources/template.ts";
import upload from "../plugins/sources/upload.ts";
import disk from "../plugins/stores/disk.ts";
import redis from "../plugins/stores/redis.ts";
import invert from "../plugins/themes/invert.ts";
import background from "../plugins/transforms/background.ts";
import blur from "../plugins/transforms/blur.ts";
import brightness from "../plugins/transforms/brightness.ts";
import contrast from "../plugins/transforms/contrast.ts";
import crop from "../plugins/transforms/crop.ts";
import flip from "../plugins/transforms/flip.ts";
import flop from "../plugins/transforms/flop.ts";
import grayscale from "../plugins/transforms/grayscale.ts";
import hue from "../plugins/transforms/hue.ts";
import negate from "../plugins/transforms/negate.ts";
import pad from "../plugins/transforms/pad.ts";
import radius from "../plugins/transforms/radius.ts";
import resize from "../plugins/transforms/resize.ts";
import rotate from "../plugins/transforms/rotate.ts";
import saturation from "../plugins/transforms/saturation.ts";
import sharpen from "../plugins/transforms/sharpen.ts";
import tint from "../plugins/transforms/tint.ts";
import trim from "../plugins/transforms/trim.ts";
import article from "../templates/article.tsx";
import card from "../templates/card.tsx";
import changelog from "../templates/changelog.tsx";
import event from "../templates/event.tsx";
import initials from "../templates/initials.tsx";
import placeholder from "../templates/placeholder.tsx";
import plain from "../templates/plain.tsx";
import product from "../templates/product.tsx";
import profile from "../templates/profile.tsx";
import quote from "../templates/quote.tsx";

export const plugins: readonly Plugin[] = [
  azureDevOps,
  file,
  http,
  avatar,
  github,
  gravatar,
  libravatar,
  logo,
  s3,
  template,
  upload,
  magick,
  resvg,
  satori,
  imagescript,
  bun,
  templates,
  disk,
  redis,
  invert,
  background,
  blur,
  brightness,
  contrast,
  crop,
  flip,
  flop,
  grayscale,
  hue,
  negate,
  pad,
  radius,
  resize,
  rotate,
  saturation,
  sharpen,
  tint,
  trim,
  card,
  initials,
  placeholder,
  plain,
  article,
  quote,
  profile,
  product,
  event,
  changelog,
];
