package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bakstripe.api.http.ApiJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bakstripe backup-sets}: lists what is known of a database's backups. */
@Command(
        name = "backup-sets",
        description = "List the backups of a database, the newest first; --json shows all their files.",
        footer = {
            "",
            "A set that is 'gone' lost a file to a later backup; 'next base' marks what the",
            "next differential builds on. Of encrypted ones the mode is noted.",
            "",
            "Example:",
            "  bakstripe backup-sets shop"
        })
final class BackupSetsCommand extends ClientCommand {
    private static final List<String> TAKEN_OVER =
            List.of("task", "type", "setId", "firstLsn", "lastLsn", "finishedAt", "plainBytes", "storedBytes");
    private static final List<String> COLUMNS = List.of(
            "task",
            "type",
            "setId",
            "buildsOn",
            "firstLsn",
            "lastLsn",
            "finishedAt",
            "plainBytes",
            "storedBytes",
            "files",
            "notes");

    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String database;

    @Override
    int run(ApiClient client) {
        List<JsonNode> sets = client.backupSets(instance(client), database);
        if (json()) {
            printJson(Map.of("backupSets", sets));
        } else {
            out().println(Tables.ofFilled(
                    sets.stream().map(set -> row(set, sets)).toList(), COLUMNS));
        }
        return OK;
    }

    private static JsonNode row(JsonNode set, List<JsonNode> all) {
        ObjectNode row = ApiJson.strict().createObjectNode();
        TAKEN_OVER.forEach(name -> row.set(name, set.path(name)));
        taskOf(set.path("base"), all).ifPresent(task -> row.put("buildsOn", "task " + task));
        row.put("files", files(set.path("files")));
        String notes = notes(set);
        return notes.isEmpty() ? row : row.put("notes", notes);
    }

    /** The task of a differential's base, which reads more easily than the base's identifier. */
    private static Optional<Long> taskOf(JsonNode base, List<JsonNode> all) {
        return all.stream()
                .filter(set -> base.isTextual() && set.path("setId").equals(base))
                .map(set -> set.path("task").asLong())
                .findFirst();
    }

    private static String files(JsonNode files) {
        return files.path(0).asText() + (files.size() > 1 ? " and " + (files.size() - 1) + " more" : "");
    }

    private static String notes(JsonNode set) {
        List<String> notes = new ArrayList<>();
        if (set.path("servesAsBase").asBoolean()) {
            notes.add("next base");
        }
        if (set.path("gone").asBoolean()) {
            notes.add("gone");
        }
        if (set.path("damagedPages").isNumber()) {
            notes.add(set.path("damagedPages").asLong() + " damaged pages");
        }
        if (set.path("encryption").isObject()) {
            notes.add(set.at("/encryption/mode").asText());
        }
        return String.join(", ", notes);
    }
}
