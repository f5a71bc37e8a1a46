package io.bakstripe.worker.store.s3;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What a policy must allow so that requests to the store are answered (row S1). */
public enum StorePermission {
    LIST_BUCKET("s3:ListBucket", On.BUCKET),
    GET_BUCKET_LOCATION("s3:GetBucketLocation", On.BUCKET),
    GET_OBJECT("s3:GetObject", On.FILE),
    PUT_OBJECT("s3:PutObject", On.FILE),
    LIST_MULTIPART_UPLOAD_PARTS("s3:ListMultipartUploadParts", On.FILE),
    ABORT_MULTIPART_UPLOAD("s3:AbortMultipartUpload", On.FILE),
    DELETE_OBJECT("s3:DeleteObject", On.FILE);

    /** What the resources of a statement with the action are. */
    public enum On {
        BUCKET,
        FILE
    }

    private final String action;
    private final On on;

    StorePermission(String action, On on) {
        this.action = action;
        this.on = on;
    }

    /** As policies name it. */
    public String action() {
        return action;
    }

    public On on() {
        return on;
    }

    /** For texts. */
    String text() {
        return action + (on == On.BUCKET ? " on the bucket" : " on the file");
    }

    /** All that backups and restores ask for, those of snapshots included: whatever any of their requests needs. */
    public static Set<StorePermission> ofBackups() {
        return Arrays.stream(S3Operation.values())
                .filter(operation -> operation != S3Operation.DELETE)
                .flatMap(operation -> operation.permissions().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(StorePermission.class)));
    }

    /** {@link #ofBackups()}, and what it takes to delete snapshots. */
    public static Set<StorePermission> ofDeletedSnapshots() {
        Set<StorePermission> permissions = ofBackups();
        permissions.addAll(S3Operation.DELETE.permissions());
        return permissions;
    }
}
