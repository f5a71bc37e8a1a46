package io.bakstripe.api.http;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the query of {@code GET /tasks}; what it does not know it refuses, because ignoring it would answer another question. */
final class TaskQueryString {
    private static final int DEFAULT_LIMIT = 100;
    private static final int LARGEST_LIMIT = 1000;
    private static final Set<String> KNOWN = Set.of("instance", "db_name", "lifecycle", "limit", "after");

    private TaskQueryString() {}

    static TaskFilter filter(Map<String, String> query) {
        query.keySet().stream()
                .filter(name -> !KNOWN.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw BackupError.PARAMETER_UNKNOWN
                            .problem(name, "GET /tasks", KNOWN.stream().sorted().collect(Collectors.joining(", ")))
                            .withHint("The call takes: "
                                    + KNOWN.stream().sorted().collect(Collectors.joining(", ")) + ".")
                            .on(name)
                            .asException();
                });
        return new TaskFilter(
                Optional.ofNullable(query.get("db_name")).map(DatabaseName::new),
                Optional.empty(),
                Optional.ofNullable(query.get("lifecycle")).map(TaskQueryString::lifecycle),
                Optional.ofNullable(query.get("after"))
                        .map(text -> new TaskId(whole("after", text, Long.MAX_VALUE, "a whole number from 1"))),
                Optional.of(Optional.ofNullable(query.get("limit"))
                        .map(text -> (int) whole("limit", text, LARGEST_LIMIT, "a whole number from 1 to 1000"))
                        .orElse(DEFAULT_LIMIT)));
    }

    private static Lifecycle lifecycle(String text) {
        return Arrays.stream(Lifecycle.values())
                .filter(lifecycle -> lifecycle.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> BackupError.QUERY_MALFORMED
                        .problem(
                                "lifecycle",
                                Arrays.stream(Lifecycle.values())
                                        .map(Enum::name)
                                        .collect(Collectors.joining(", ")),
                                text)
                        .on("lifecycle")
                        .asException());
    }

    private static long whole(String name, String text, long max, String expected) {
        boolean digits = text.matches("[0-9]{1,18}");
        if (!digits || Long.parseLong(text) < 1 || Long.parseLong(text) > max) {
            throw BackupError.QUERY_MALFORMED
                    .problem(name, expected, text)
                    .on(name)
                    .asException();
        }
        return Long.parseLong(text);
    }
}
