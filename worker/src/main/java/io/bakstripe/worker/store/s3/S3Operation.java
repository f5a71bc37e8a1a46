package io.bakstripe.worker.store.s3;

/** The requests that are made, each with the action of row S1 that it needs. */
enum S3Operation {
    /** Needs no action of its own: whoever may list a bucket may ask whether it is there. */
    HEAD_BUCKET("HeadBucket", "s3:ListBucket on the bucket"),
    LOCATE("GetBucketLocation", "s3:GetBucketLocation on the bucket"),
    HEAD("HeadObject", "s3:GetObject on the file and s3:ListBucket on the bucket"),
    LIST("ListObjectsV2", "s3:ListBucket on the bucket"),
    CREATE("CreateMultipartUpload", "s3:PutObject on the file"),
    UPLOAD("UploadPart", "s3:PutObject on the file"),
    LIST_PARTS("ListParts", "s3:ListMultipartUploadParts on the file"),
    COMPLETE("CompleteMultipartUpload", "s3:PutObject on the file"),
    ABORT("AbortMultipartUpload", "s3:AbortMultipartUpload on the file"),
    READ("GetObject", "s3:GetObject on the file"),
    /** Of snapshots only; native backups and restores need no such right. */
    DELETE("DeleteObject", "s3:DeleteObject on the file");

    private final String requestName;
    private final String permission;

    S3Operation(String requestName, String permission) {
        this.requestName = requestName;
        this.permission = permission;
    }

    /** As S3's documentation calls it. */
    String requestName() {
        return requestName;
    }

    /** What a policy must allow. */
    String permission() {
        return permission;
    }
}
