package io.bakstripe.node.iam;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bakstripe iam-policy}: prints the policy that a role needs. */
@Command(
        name = "iam-policy",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the policy for AWS that allows exactly what backups, restores and snapshots ask for.",
            "Attach it to the role that an instance's option names, or to the user whose keys a node has."
        },
        footer = {
            "",
            "Examples:",
            "  bakstripe iam-policy --bucket example-backups",
            "  bakstripe iam-policy --bucket example-backups --key arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "  bakstripe iam-policy --snapshots-bucket example-snapshots --snapshots-delete"
        })
public final class IamPolicyCommand implements Callable<Integer> {
    @Option(names = "--bucket", paramLabel = "NAME", description = "A bucket of native backups; may be repeated.")
    private List<String> buckets = List.of();

    @Option(
            names = "--key",
            paramLabel = "ARN",
            description =
                    "A KMS key that encrypts or opens backups; may be repeated. Its key policy must name the role, too.")
    private List<String> keys = List.of();

    @Option(
            names = "--snapshots-bucket",
            paramLabel = "NAME",
            description =
                    "A bucket of snapshots; may be repeated. Better in a policy of its own, for other credentials.")
    private List<String> snapshotBuckets = List.of();

    @Option(
            names = "--snapshots-delete",
            description = "Also allow to delete snapshots, for bakstripe.worker.snapshots.delete = true.")
    private boolean deletesSnapshots;

    @Option(
            names = "--partition",
            paramLabel = "NAME",
            defaultValue = "aws",
            description = "aws, aws-cn or aws-us-gov (default: ${DEFAULT-VALUE}).")
    private String partition = "aws";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (buckets.isEmpty() && snapshotBuckets.isEmpty()) {
            throw wrong("name a bucket with --bucket or --snapshots-bucket");
        }
        if (deletesSnapshots && snapshotBuckets.isEmpty()) {
            throw wrong("--snapshots-delete needs --snapshots-bucket");
        }
        if (!keys.isEmpty() && buckets.isEmpty()) {
            throw wrong("--key needs --bucket: snapshots are not encrypted with it");
        }
        if (!List.of("aws", "aws-cn", "aws-us-gov").contains(partition)) {
            throw wrong("--partition must be aws, aws-cn or aws-us-gov, not " + partition);
        }
        buckets.forEach(this::requireBucket);
        snapshotBuckets.forEach(this::requireBucket);
        IamPolicy policy = IamPolicy.of(new IamPolicy.Wanted(
                partition, buckets, keys.stream().map(this::key).toList(), snapshotBuckets, deletesSnapshots));
        spec.commandLine().getOut().println(json(policy));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static String json(IamPolicy policy) throws JsonProcessingException {
        DefaultPrettyPrinter lines = new DefaultPrettyPrinter();
        lines.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        return new ObjectMapper().writer(lines).writeValueAsString(policy.toMap());
    }

    private void requireBucket(String name) {
        try {
            new S3Arn(name, "any");
        } catch (BakstripeException malformed) {
            throw wrong("'" + name + "' is not the name of a bucket");
        }
    }

    private KeyArn key(String arn) {
        try {
            return KeyArn.parse(arn);
        } catch (BakstripeException malformed) {
            throw wrong(
                    malformed.problem().detail() + ": " + malformed.problem().hint());
        }
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
