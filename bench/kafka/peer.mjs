// The client that `setup:services` installs: `--import test/services/register.mjs` finds it.
const name = "@platformatic/kafka";
export const { Admin, Consumer, Producer } = await import(name);
