package io.bakstripe.api.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The server's OpenAPI document, as something that answers can be held against. */
public final class Description {
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private final JsonNode document;
    private final Map<String, JsonSchema> compiled = new ConcurrentHashMap<>();

    private Description(JsonNode document) {
        this.document = document;
    }

    static Description of(HttpResponse<String> response) {
        try {
            return new Description(new ObjectMapper().readTree(response.body()));
        } catch (JsonProcessingException broken) {
            throw new AssertionError("the description is not JSON", broken);
        }
    }

    public JsonNode document() {
        return document;
    }

    /** All calls as {@code METHOD path}. */
    public Set<String> calls() {
        Set<String> calls = new TreeSet<>();
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> calls.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return calls;
    }

    /** Fails unless a call of the description answers so; a path or method that nobody has must be refused. */
    void requireDescribed(HttpResponse<String> response, JsonNode body) {
        String method = response.request().method();
        Optional<JsonNode> operation =
                operation(method.toLowerCase(Locale.ROOT), response.uri().getRawPath());
        boolean refused = response.statusCode() >= 400;
        if (operation.isEmpty() && !refused) {
            throw new AssertionError(method + " " + response.uri() + " is answered but not described");
        }
        String type = response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        if (refused) {
            requireValid("/components/responses/Refused/content/application~1problem+json/schema", body, response);
            return;
        }
        JsonNode content = operation
                .orElseThrow()
                .path("responses")
                .path(Integer.toString(response.statusCode()))
                .path("content")
                .path(type);
        if (content.isMissingNode()) {
            throw new AssertionError(method + " " + response.uri() + " answers " + response.statusCode() + " " + type
                    + ", which is not described");
        }
        if (type.endsWith("json")) {
            requireValid(content.path("schema"), body, response);
        }
    }

    private void requireValid(String pointer, JsonNode body, HttpResponse<String> response) {
        requireValid(document.at(pointer), body, response);
    }

    private void requireValid(JsonNode schema, JsonNode body, HttpResponse<String> response) {
        Set<ValidationMessage> faults = schema(schema).validate(body);
        if (!faults.isEmpty()) {
            throw new AssertionError(response.request().method() + " " + response.uri()
                    + " answers what the description does" + " not allow: " + faults + "\n" + response.body());
        }
    }

    /** The references inside a schema point into the whole document, so its components travel with it. */
    private JsonSchema schema(JsonNode schema) {
        return compiled.computeIfAbsent(schema.toString(), text -> {
            ObjectNode whole = schema.deepCopy();
            whole.set("components", document.path("components"));
            return SCHEMAS.getSchema(
                    whole,
                    SchemaValidatorsConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build());
        });
    }

    private Optional<JsonNode> operation(String method, String rawPath) {
        Map<String, JsonNode> literalFirst = new TreeMap<>(Comparator.comparing(
                        (String path) -> path.chars().filter(c -> c == '{').count())
                .thenComparing(Comparator.naturalOrder()));
        document.path("paths").fields().forEachRemaining(path -> literalFirst.put(path.getKey(), path.getValue()));
        return literalFirst.entrySet().stream()
                .filter(path -> template(path.getKey()).matcher(rawPath).matches())
                .map(path -> path.getValue().path(method))
                .filter(found -> !found.isMissingNode())
                .findFirst();
    }

    private static Pattern template(String path) {
        String[] pieces = path.split("\\{[a-z]+}", -1);
        StringBuilder pattern = new StringBuilder(Pattern.quote(pieces[0]));
        for (int i = 1; i < pieces.length; i++) {
            pattern.append("[^/]+").append(Pattern.quote(pieces[i]));
        }
        // The names of procedures are taken in any case.
        return Pattern.compile(pattern.toString(), path.contains("/procedures/") ? Pattern.CASE_INSENSITIVE : 0);
    }
}
