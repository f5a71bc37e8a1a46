package io.bakstripe.protocol.serialization;

import akka.actor.ExtendedActorSystem;
import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes journal events and snapshots as JSON under explicit, versioned names such as {@code task-created/1}, so that classes can be moved and
 * renamed without touching a journal.
 *
 * <p>Each module extends this with its own table and serializer identifier. Unknown properties are ignored (a newer node may have written them);
 * an unknown name fails, because skipping an event would falsify the state.
 */
public abstract class NamedEvents extends SerializerWithStringManifest {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .serializationInclusion(JsonInclude.Include.NON_ABSENT)
            .build();

    private final int identifier;
    private final Map<String, Class<?>> classes;
    private final Map<Class<?>, String> names;

    /**
     * @param identifier unique among Akka serializers; never changes
     * @param classes name with version to class; a name, once released, is never given to another shape
     */
    protected NamedEvents(ExtendedActorSystem system, int identifier, Map<String, Class<?>> classes) {
        this.identifier = identifier;
        this.classes = Map.copyOf(classes);
        this.names = classes.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    }

    @Override
    public final int identifier() {
        return identifier;
    }

    @Override
    public final String manifest(Object event) {
        String name = names.get(event.getClass());
        if (name == null) {
            throw new IllegalArgumentException("no journal name for " + event.getClass());
        }
        return name;
    }

    @Override
    public final byte[] toBinary(Object event) {
        try {
            return MAPPER.writeValueAsBytes(event);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public final Object fromBinary(byte[] bytes, String manifest) {
        Class<?> type = classes.get(manifest);
        if (type == null) {
            throw new IllegalArgumentException("the journal holds the unknown event " + manifest);
        }
        try {
            return MAPPER.readValue(bytes, type);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + manifest, failed);
        }
    }
}
