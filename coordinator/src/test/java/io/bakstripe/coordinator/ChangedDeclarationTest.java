package io.bakstripe.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import io.bakstripe.coordinator.journal.JournalSettings;
import io.bakstripe.protocol.instance.Edition;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that comes with other content at the revision that is recorded. */
class ChangedDeclarationTest {
    private static final ActorTestKit KIT = ActorTestKit.create();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void startsWithWhatIsRecordedAndWarns(@TempDir Path folder) throws SQLException {
        Map<String, String> journal =
                Map.of("kind", "h2", "url", JournalSettings.h2Url(folder), "user", "sa", "password", "");
        try (Node first = Node.start(journal, List.of(Samples.definition(1)))) {
            assertThat(declared(first)).isTrue();
        }

        LoggingTestKit.warn("is declared with revision 1, which is recorded with other content:"
                        + " edition (recorded Enterprise, declared Express)")
                .expect(KIT.system(), () -> {
                    changed(journal);
                    return true;
                });
    }

    private static void changed(Map<String, String> journal) {
        try (Node second =
                Node.start(journal, List.of(Samples.definition(1, Edition.EXPRESS, Optional.of(Samples.HOST))))) {
            assertThat(declared(second)).isTrue();
            assertThat(second.describes().view().orElseThrow().definition().edition())
                    .isEqualTo(Edition.ENTERPRISE);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    private static boolean declared(Node node) {
        return node.coordinators
                .declared()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
