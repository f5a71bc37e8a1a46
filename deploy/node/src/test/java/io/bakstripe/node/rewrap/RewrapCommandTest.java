package io.bakstripe.node.rewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What is wrong before the store is asked. */
final class RewrapCommandTest {
    private static final String FILE = "arn:aws:s3:::bucket/shop.bak";
    private static final String OLD = "arn:aws:kms:us-east-1:123456789012:key/old";
    private static final String NEW = "arn:aws:kms:us-east-1:123456789012:key/new";

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new RewrapCommand())
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void namesTwoKeysThatDiffer() {
        assertThat(run(FILE, "--key", OLD, "--to-key", OLD)).isEqualTo(2);
        assertThat(err.toString()).contains("name the same key");

        assertThat(run(FILE, "--key", OLD)).isEqualTo(2);
        assertThat(err.toString()).contains("--to-key");

        assertThat(run(FILE, "--to-key", NEW)).isEqualTo(2);
    }

    @Test
    void addsOrRemovesButNotBoth() {
        assertThat(run(FILE, "--key", OLD, "--to-key", NEW, "--add", "--remove"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("exclude each other");
    }

    @Test
    void refusesWhatIsNoAddress() {
        assertThat(run(FILE, "--key", "alias/backups", "--to-key", NEW)).isEqualTo(1);
        assertThat(err.toString()).contains("error BAK-");

        assertThat(run("shop.bak", "--key", OLD, "--to-key", NEW)).isEqualTo(1);
    }
}
