import { type OptionValue, optionsOf } from "./option.ts";

/** What every reader and writer takes: a format, and options compared without case. */
export abstract class Builder {
  protected source: string | undefined;
  protected readonly settings: Record<string, string> = {};

  format(source: string): this {
    this.source = source;
    return this;
  }
  option(key: string, value: OptionValue): this {
    return this.options({ [key]: value });
  }
  options(values: Readonly<Record<string, OptionValue>>): this {
    Object.assign(this.settings, optionsOf(values));
    return this;
  }
}
