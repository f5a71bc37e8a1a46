package io.bakstripe.api.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the body of a procedure call: one JSON object of scalars, each key once in any case. */
final class JsonArguments {
    private JsonArguments() {}

    /** The arguments in the order of the body; a null stays, nested values stay as JSON so that the parameter's type refuses them. */
    static Map<String, @Nullable Object> read(String body) {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        if (body.isBlank()) {
            return arguments;
        }
        try (JsonParser parser = ApiJson.strict().createParser(body)) {
            // Found here and not by the parser, so that the key can be named as the parameter at fault.
            parser.disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("it is not a JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                if (arguments.containsKey(name)) {
                    throw BackupError.PARAMETER_TWICE.problem(name).on(name).asException();
                }
                parser.nextToken();
                arguments.put(name, value(parser));
            }
            if (parser.nextToken() != null) {
                throw malformed("something follows the JSON object");
            }
            return arguments;
        } catch (JsonProcessingException broken) {
            var where = broken.getLocation();
            throw malformed(broken.getOriginalMessage().lines().findFirst().orElse("it is not JSON")
                    + (where == null ? "" : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")"));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            default ->
                ApiJson.strict()
                        .reader()
                        .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .readTree(parser);
        };
    }

    private static BakstripeException malformed(String why) {
        return BackupError.BODY_MALFORMED.problem(why).asException();
    }
}
