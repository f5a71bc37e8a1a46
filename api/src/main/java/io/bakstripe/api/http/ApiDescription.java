package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;

import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.protocol.procedure.Parameter;
import io.bakstripe.protocol.procedure.ParameterType;
import io.bakstripe.protocol.procedure.Procedure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * {@code GET /openapi.json}: the interface described as OpenAPI 3.1, for everyone; nothing in it is a secret.
 *
 * <p>The resource {@code openapi.json} describes the calls and their answers; the calls of the procedures are made of the parameter table, so that
 * they cannot differ from it.
 */
final class ApiDescription {
    private static final String RESOURCE = "openapi.json";

    private ApiDescription() {}

    static Route routes() {
        JsonNode document = document();
        return path(RESOURCE, () -> get(() -> complete(Answers.ok(document))));
    }

    /** The whole document. */
    static ObjectNode document() {
        ObjectNode document = resource();
        ObjectNode paths = document.withObject("/paths");
        for (Procedure procedure : Procedure.values()) {
            paths.set("/api/v1/procedures/" + procedure.wireName(), call(procedure));
        }
        return document;
    }

    private static ObjectNode resource() {
        try (InputStream stream = ApiDescription.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new FileNotFoundException(RESOURCE);
            }
            return (ObjectNode) ApiJson.strict().readTree(stream);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    private static ObjectNode call(Procedure procedure) {
        ObjectNode path = ApiJson.strict().createObjectNode();
        ObjectNode call = path.putObject("post");
        call.put("operationId", procedure.wireName());
        call.put("summary", "Calls " + procedure.wireName() + ".");
        ArrayNode parameters = call.putArray("parameters");
        parameters.addObject().put("$ref", "#/components/parameters/instanceQuery");
        parameters.addObject().put("$ref", "#/components/parameters/idempotencyKey");
        ObjectNode body = call.putObject("requestBody").put("required", true);
        arguments(procedure, body.putObject("content").putObject("application/json"));
        ObjectNode answers = call.putObject("responses");
        ObjectNode rows = answers.putObject("200")
                .put("description", "Rows.")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("type", "object");
        rows.putObject("properties")
                .putObject("rows")
                .put("type", "array")
                .putObject("items")
                .put("$ref", "#/components/schemas/" + rowOf(procedure));
        rows.putArray("required").add("rows");
        rows.put("additionalProperties", false);
        answers.putObject("default").put("$ref", "#/components/responses/Refused");
        return path;
    }

    private static void arguments(Procedure procedure, ObjectNode content) {
        ObjectNode schema = content.putObject("schema").put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = ApiJson.strict().createArrayNode();
        for (Parameter parameter : procedure.parameters()) {
            ObjectNode property = properties.putObject(parameter.name());
            property.put("description", parameter.description() + "; " + parameter.accepts());
            values(parameter, property);
            if (parameter.required()) {
                required.add(parameter.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.put("additionalProperties", false);
    }

    private static void values(Parameter parameter, ObjectNode property) {
        ParameterType.Kind kind = parameter.type().kind();
        if (kind == ParameterType.Kind.BIT) {
            ArrayNode values = property.putArray("enum");
            values.add(0).add(1).add("0").add("1").add(false).add(true);
            if (!parameter.required()) {
                values.addNull();
            }
            return;
        }
        ArrayNode types = property.putArray("type").add("string");
        if (kind == ParameterType.Kind.WHOLE) {
            types.add("integer");
        }
        if (!parameter.required()) {
            types.add("null");
        }
    }

    private static String rowOf(Procedure procedure) {
        return switch (procedure) {
            case RDS_SET_CONFIGURATION, RDS_SHOW_CONFIGURATION -> "ConfigurationRow";
            case RDS_DROP_DATABASE -> "DroppedRow";
            default -> "TaskRow";
        };
    }
}
