package io.bakstripe.node.iam;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The policies that are printed, and those that lie in {@code deploy/iam}. */
class IamPolicyCommandTest {
    private static final String KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    private record Ran(int exit, String out, String err) {}

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = new CommandLine(new IamPolicyCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Ran(exit, out.toString(), err.toString());
    }

    private static JsonNode statements(String... arguments) throws Exception {
        Ran ran = run(arguments);
        assertThat(ran.exit()).as(ran.err()).isZero();
        JsonNode policy = new ObjectMapper().readTree(ran.out());
        assertThat(policy.required("Version").asText()).isEqualTo("2012-10-17");
        return policy.required("Statement");
    }

    private static Set<String> actions(JsonNode statements) {
        Set<String> actions = new TreeSet<>();
        statements.findValues("Action").forEach(list -> list.forEach(action -> actions.add(action.asText())));
        return actions;
    }

    @Test
    void plainBackupsNeedTheActionsOfRowS1Only() throws Exception {
        JsonNode statements = statements("--bucket", "one", "--bucket", "two");

        assertThat(actions(statements))
                .containsExactlyInAnyOrder(
                        "s3:ListBucket",
                        "s3:GetBucketLocation",
                        "s3:GetObject",
                        "s3:PutObject",
                        "s3:ListMultipartUploadParts",
                        "s3:AbortMultipartUpload");
        assertThat(statements.get(0).required("Resource")).hasToString("[\"arn:aws:s3:::one\",\"arn:aws:s3:::two\"]");
        assertThat(statements.get(1).required("Resource"))
                .hasToString("[\"arn:aws:s3:::one/*\",\"arn:aws:s3:::two/*\"]");
        assertThat(actions(statements).toString()).doesNotContain("Delete", "*");
    }

    @Test
    void encryptedOnesNeedTheActionsOfRowS2OnTheirKeysBesides() throws Exception {
        JsonNode statements = statements("--bucket", "one-bucket", "--key", KEY);
        JsonNode keys = statements.get(2);

        assertThat(keys.required("Action"))
                .hasToString("[\"kms:Decrypt\",\"kms:DescribeKey\",\"kms:Encrypt\",\"kms:GenerateDataKey\"]");
        assertThat(keys.required("Resource")).hasToString("[\"" + KEY + "\"]");
    }

    @Test
    void onlySnapshotsMayBeDeletedAndOnlyWhereThatIsAskedFor() throws Exception {
        assertThat(actions(statements("--snapshots-bucket", "shots"))).noneMatch(action -> action.contains("Delete"));
        JsonNode both = statements("--bucket", "one", "--snapshots-bucket", "shots", "--snapshots-delete");

        assertThat(both.get(1).required("Action").toString()).doesNotContain("Delete");
        assertThat(both.get(3).required("Action").toString()).contains("\"s3:DeleteObject\"");
        assertThat(both.get(3).required("Resource")).hasToString("[\"arn:aws:s3:::shots/*\"]");
    }

    @Test
    void otherPartitionsHaveTheirOwnArns() throws Exception {
        assertThat(statements("--bucket", "one", "--partition", "aws-cn").get(0).required("Resource"))
                .hasToString("[\"arn:aws-cn:s3:::one\"]");
    }

    @ParameterizedTest
    @CsvSource({
        "'', name a bucket",
        "--bucket UPPER, 'UPPER'",
        "--bucket one --key alias/mine, 'alias/mine'",
        "--snapshots-bucket one --key " + KEY + ", --key needs --bucket",
        "--bucket one --snapshots-delete, --snapshots-delete needs",
        "--bucket one --partition mars, mars"
    })
    void refusesWhatMakesNoPolicy(String line, String text) {
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains(text.replace("'", ""));
        assertThat(ran.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "native-backups.json, --bucket example-backups",
        "encrypted-native-backups.json, --bucket example-backups --key " + KEY,
        "snapshots.json, --snapshots-bucket example-snapshots",
        "snapshots-with-delete.json, --snapshots-bucket example-snapshots --snapshots-delete"
    })
    void theFilesBesideTheDistributionAreWhatIsPrinted(String file, String line) throws Exception {
        assertThat(Files.readString(Path.of("..", "iam", file)))
                .isEqualTo(run(line.split(" ")).out());
    }
}
