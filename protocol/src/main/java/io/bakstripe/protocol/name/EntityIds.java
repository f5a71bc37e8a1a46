package io.bakstripe.protocol.name;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** How sharded entities are addressed: percent-encoded parts joined by {@code |}, so that no name can pretend to be another. */
final class EntityIds {
    private static final String SEPARATOR = "|";

    private EntityIds() {}

    static String join(Object... parts) {
        return Arrays.stream(parts)
                .map(part -> URLEncoder.encode(part.toString(), StandardCharsets.UTF_8))
                .collect(Collectors.joining(SEPARATOR));
    }

    static List<String> split(String entityId, int parts) {
        List<String> split = Arrays.stream(entityId.split("\\|", -1))
                .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
                .toList();
        if (split.size() != parts) {
            throw new IllegalArgumentException("not an entity id of " + parts + " parts: " + entityId);
        }
        return split;
    }
}
