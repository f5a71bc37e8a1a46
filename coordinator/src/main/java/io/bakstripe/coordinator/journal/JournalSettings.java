package io.bakstripe.coordinator.journal;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where the journal is.
 *
 * @param password masked in {@link #toString()}
 * @param connections of one node for journal and snapshots
 */
public record JournalSettings(Kind kind, String url, String user, String password, int connections) {

    /** The databases that a journal can be kept in. */
    public enum Kind {
        /** One node, a file; safe against a killed process, not against power loss. */
        H2,
        POSTGRESQL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word().equalsIgnoreCase(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "bakstripe.journal.kind must be h2 or postgresql, not '" + word + "'"));
        }
    }

    public JournalSettings {
        if (url.isBlank()) {
            throw new IllegalArgumentException("bakstripe.journal.url must be set");
        }
        if (connections < 2) {
            throw new IllegalArgumentException("bakstripe.journal.connections must be 2 or more: " + connections);
        }
    }

    /** Reads {@code bakstripe.journal}. */
    public static JournalSettings from(Config journal) {
        return new JournalSettings(
                Kind.of(journal.getString("kind")),
                journal.getString("url"),
                journal.getString("user"),
                journal.getString("password"),
                journal.getInt("connections"));
    }

    /**
     * The address of a file journal in {@code directory}.
     *
     * <p>{@code WRITE_DELAY=0}: by default H2 acknowledges half a second before it writes, which loses events when the process is killed.
     */
    public static String h2Url(Path directory) {
        return "jdbc:h2:file:" + directory.resolve("journal").toAbsolutePath()
                + ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;DATABASE_TO_UPPER=false";
    }

    @Override
    public String toString() {
        return "JournalSettings[" + kind + " " + url + " as " + user + "]";
    }
}
