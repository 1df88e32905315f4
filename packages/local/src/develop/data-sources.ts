import type { DataSource } from 'bytenite-uploader/wire'

/** A file that is uploaded to the job. */
export const FILE: DataSource = {
  dataSourceDescriptor: 'file',
  params: { '@type': 'type.googleapis.com/bytenite.data_source.LocalFileDataSource' },
}

/** No data. */
export const BYPASS: DataSource = { dataSourceDescriptor: 'bypass' }
