package io.bakstripe.coordinator;

import io.bakstripe.coordinator.journal.JournalSettings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class H2HistoryLimitTest extends HistoryLimitContract {
    @TempDir
    Path directory;

    @Override
    Map<String, String> journal() {
        return Map.of("kind", "h2", "url", JournalSettings.h2Url(directory), "user", "sa", "password", "");
    }
}
