package io.bakstripe.api.http;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bakstripe.protocol.stripe.EncryptionMode;

/** JSON as the API writes and reads it: absent values are null, times ISO-8601 in UTC, numbers are numbers. */
public final class ApiJson {
    private static final ObjectMapper STRICT = builder().build();
    private static final ObjectMapper TOLERANT =
            builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private ApiJson() {}

    /** For the server: refuses unknown fields, duplicate keys and numbers in quotation marks. */
    public static ObjectMapper strict() {
        return STRICT;
    }

    /** For clients: ignores fields that a newer server may send. */
    public static ObjectMapper tolerant() {
        return TOLERANT;
    }

    /** Messages and records have the constants' names. */
    private interface AsWord {
        @JsonValue
        String word();
    }

    private static JsonMapper.Builder builder() {
        return JsonMapper.builder()
                .addModule(new Jdk8Module())
                .addModule(new JavaTimeModule())
                .addMixIn(EncryptionMode.class, AsWord.class)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
    }
}
