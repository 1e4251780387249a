"""Messages as Spark's connector reads them, by Google's own library in Spark's jars. Run within
spark_server.py: `given` has descriptors, options, and for each message its name, type and bytes."""
import base64
import json
import struct

from canonical import canonical

P = spark._jvm.org.sparkproject.connect.protobuf  # noqa: F821
Descriptor = P.Descriptors.FileDescriptor


def build(descriptors):
    files = {}
    for proto in P.DescriptorProtos.FileDescriptorSet.parseFrom(descriptors).getFileList():
        if proto.getName() == "google/protobuf/any.proto":
            files[proto.getName()] = P.AnyProto.getDescriptor()
            continue
        needs = [files[name] for name in proto.getDependencyList()]
        array = spark.sparkContext._gateway.new_array(Descriptor, len(needs))  # noqa: F821
        for at, one in enumerate(needs):
            array[at] = one
        files[proto.getName()] = Descriptor.buildFrom(proto, array)
    return files


def text(key):
    return json.dumps(key, ensure_ascii=False)


class Reader:
    def __init__(self, files, options):
        self.emit = "emit.default.values" in options
        registry = P.TypeRegistry.newBuilder()
        for file in files.values():
            for message in file.getMessageTypes():
                registry.add(message)
        printer = P.util.JsonFormat.printer().omittingInsignificantWhitespace()
        printer = printer.preservingProtoFieldNames().usingTypeRegistry(registry.build())
        self.printer = printer.printingEnumsAsInts() if "enums.as.ints" in options else printer

    def read(self, descriptor, of, data):
        record = P.DynamicMessage.parseFrom(descriptor, data)
        known = {field.getNumber() for field in descriptor.getFields()}
        if known & set(record.getUnknownFields().asMap().keySet()):
            raise ValueError("a field of another type")
        return self.row(record, of)

    def row(self, record, of):
        descriptor = record.getDescriptorForType()
        return {one["name"]: self.member(record, descriptor.findFieldByName(one["name"]), one["type"])
                for one in of["fields"]}

    def member(self, record, field, of):
        if field is None:
            return None
        there = field.isRepeated() or record.hasField(field) or field.hasDefaultValue()
        if not there and (field.hasPresence() or not self.emit):
            return None
        return self.value(field, record.getField(field), of)

    def value(self, field, value, of):
        kind = of if isinstance(of, str) else of["type"]
        if kind == "array":
            return [self.value(field, one, of["elementType"]) for one in value]
        if kind == "map":
            key, item = field.getMessageType().getFields()
            pairs = {canonical(self.value(key, one.getField(key), of["keyType"])):
                     self.value(item, one.getField(item), of["valueType"]) for one in value}
            return sorted(([*pair] for pair in pairs.items()), key=lambda pair: text(pair[0]))
        java = field.getJavaType().toString()
        if java == "MESSAGE":
            return self.message(field, value, of, kind)
        if java == "ENUM":
            return value.getNumber() if kind == "integer" else value.getName()
        if java == "BYTE_STRING":
            return bytes(value.toByteArray())
        if java == "FLOAT":
            return struct.unpack("f", struct.pack("f", value))[0]
        if java == "INT" and kind == "long":
            return value & 0xFFFFFFFF
        return str(value & (2**64 - 1)) if kind == "decimal(20,0)" else value

    def message(self, field, value, of, kind):
        if kind == "struct":
            return self.row(value, of)
        name = field.getMessageType().getFullName()
        first, *rest = field.getMessageType().getFields()
        if kind == "timestamp" or kind.startswith("interval"):
            millis = (value.getField(first) * 1000 + 2**63) % 2**64 - 2**63
            if not -(2**63) <= millis * 1000 < 2**63:
                raise ValueError("too many seconds")
            nanos = value.getField(rest[0])
            part = abs(nanos) // 1000 * (1 if nanos > 0 else -1)
            return str((millis * 1000 + part + 2**63) % 2**64 - 2**63)
        if name == "google.protobuf.Any":
            return self.printer.print(value)
        if not value.hasField(first) and not self.emit:
            return None
        return self.value(first, value.getField(first), of)


def answers():
    files = build(base64.b64decode(given["descriptors"]))  # noqa: F821
    reader = Reader(files, given["options"])  # noqa: F821
    found = {one.getFullName(): one for file in files.values() for one in file.getMessageTypes()}
    for case in given["cases"]:  # noqa: F821
        descriptor = found[case["message"]]
        data = base64.b64decode(case["data"])
        try:
            row = reader.read(descriptor, case["type"], data)
            again = bytes(P.DynamicMessage.parseFrom(descriptor, data).toByteArray())
            yield {"row": row, "again": again}
        except Exception as failure:
            yield {"error": str(getattr(failure, "java_exception", failure))[:200]}


result = list(answers())
