"""Watch faces in the Watch Face Format, versions 1 to 5: read, checked, rendered. See docs/faces.md."""
