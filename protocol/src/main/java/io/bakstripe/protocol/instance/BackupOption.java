package io.bakstripe.protocol.instance;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The option SQLSERVER_BACKUP_RESTORE of an instance (row S3), without which nothing is backed up or restored.
 *
 * @param roleArn the IAM role that is assumed for S3; absent: the node's own credentials are used
 */
public record BackupOption(Optional<String> roleArn) {
    /** What an instance has whose declaration says nothing of the option. */
    public static final BackupOption DEFAULT = new BackupOption(Optional.empty());

    private static final Pattern ROLE = Pattern.compile("arn:aws(-[a-z]+)*:iam::\\d{12}:role/[\\w+=,.@/-]{1,512}");

    public BackupOption {
        roleArn.filter(arn -> !ROLE.matcher(arn).matches()).ifPresent(arn -> {
            throw new IllegalArgumentException(
                    "'" + arn + "' is not the ARN of a role; write arn:aws:iam::account-id:role/name");
        });
    }

    /*
     * How a definition writes the option. Definitions that were recorded before there was an option say nothing of it, which is the default;
     * so that an instance without the option differs from them, it is written as the word "none".
     */
    private static final String NONE = "none";

    /** Jackson's filter of values that are not written. */
    @SuppressWarnings({"EqualsHashCode", "EqualsWhichDoesntCheckParameterClass"})
    static final class Unset {
        @Override
        public boolean equals(@Nullable Object value) {
            return Optional.of(DEFAULT).equals(value);
        }

        @Override
        public int hashCode() {
            return DEFAULT.hashCode();
        }
    }

    static final class Writer extends StdSerializer<Optional<BackupOption>> {
        private static final long serialVersionUID = 1;

        Writer() {
            super(Optional.class, false);
        }

        @Override
        public void serialize(Optional<BackupOption> option, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            if (option.isEmpty()) {
                json.writeString(NONE);
                return;
            }
            json.writeStartObject();
            if (option.get().roleArn().isPresent()) {
                json.writeStringField("roleArn", option.get().roleArn().get());
            }
            json.writeEndObject();
        }
    }

    static final class Reader extends StdDeserializer<Optional<BackupOption>> {
        private static final long serialVersionUID = 1;

        Reader() {
            super(Optional.class);
        }

        @Override
        public Optional<BackupOption> deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return json.currentToken() == JsonToken.VALUE_STRING && NONE.equals(json.getText())
                    ? Optional.empty()
                    : Optional.of(context.readValue(json, BackupOption.class));
        }

        @Override
        public Optional<BackupOption> getNullValue(DeserializationContext context) {
            return Optional.of(DEFAULT);
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return Optional.of(DEFAULT);
        }
    }
}
