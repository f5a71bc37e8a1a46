package io.bakstripe.node.iam;

import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.key.kms.KmsOperation;
import io.bakstripe.worker.store.s3.StorePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A policy that allows exactly what is asked of AWS (rows S1 and S2): its actions come from the requests themselves.
 *
 * @param statements in the order in which they are printed
 */
record IamPolicy(List<Statement> statements) {
    private static final String VERSION = "2012-10-17";

    IamPolicy {
        statements = List.copyOf(statements);
    }

    /** @param actions in the order of the alphabet */
    record Statement(String sid, List<String> actions, List<String> resources) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("Sid", sid);
            map.put("Effect", "Allow");
            map.put("Action", actions);
            map.put("Resource", resources);
            return map;
        }
    }

    /**
     * What the policy is for.
     *
     * @param partition {@code aws}, {@code aws-cn} or {@code aws-us-gov}
     * @param buckets of native backups
     * @param keys that encrypt them
     * @param snapshotBuckets of snapshots
     * @param deletesSnapshots whether old snapshots are deleted, not left to rules of the bucket
     */
    record Wanted(
            String partition,
            List<String> buckets,
            List<KeyArn> keys,
            List<String> snapshotBuckets,
            boolean deletesSnapshots) {}

    static IamPolicy of(Wanted wanted) {
        List<Statement> statements = new ArrayList<>();
        store(statements, "NativeBackup", wanted.partition(), wanted.buckets(), StorePermission.ofBackups());
        if (!wanted.keys().isEmpty()) {
            statements.add(new Statement(
                    "NativeBackupKeys",
                    sorted(KmsOperation.permissions()),
                    wanted.keys().stream().map(KeyArn::toString).toList()));
        }
        store(
                statements,
                "Snapshot",
                wanted.partition(),
                wanted.snapshotBuckets(),
                wanted.deletesSnapshots() ? StorePermission.ofDeletedSnapshots() : StorePermission.ofBackups());
        return new IamPolicy(statements);
    }

    private static void store(
            List<Statement> statements,
            String name,
            String partition,
            List<String> buckets,
            Set<StorePermission> permissions) {
        if (buckets.isEmpty()) {
            return;
        }
        List<String> arns = buckets.stream()
                .map(bucket -> "arn:" + partition + ":s3:::" + bucket)
                .toList();
        statements.add(new Statement(name + "Buckets", actions(permissions, StorePermission.On.BUCKET), arns));
        statements.add(new Statement(
                name + "Files",
                actions(permissions, StorePermission.On.FILE),
                arns.stream().map(arn -> arn + "/*").toList()));
    }

    private static List<String> actions(Set<StorePermission> permissions, StorePermission.On on) {
        return sorted(permissions.stream()
                .filter(permission -> permission.on() == on)
                .map(StorePermission::action)
                .toList());
    }

    private static List<String> sorted(Collection<String> actions) {
        return actions.stream().sorted().toList();
    }

    /** For a JSON writer. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("Version", VERSION);
        map.put("Statement", statements.stream().map(Statement::toMap).toList());
        return map;
    }
}
